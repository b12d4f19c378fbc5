/* plotly.js 4.1.1 with the traces scatter, bar, box and heatmap, built by `make plotly`.
   Copyright 2012-2026, Plotly, Inc. All rights reserved. Licensed under the MIT license (licences/plotly.txt). */

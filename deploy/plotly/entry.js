// The kinds of trace that `dashapp/figures` draws; scatter is always there.
const Plotly = require("plotly.js/lib/core");

Plotly.register([require("plotly.js/lib/bar"), require("plotly.js/lib/box"), require("plotly.js/lib/heatmap")]);

// Milliseconds between two times that points under a lasso are marked, and until the last ones are, once it has ended: the
// page asks for their learners only then.
require("plotly.js/src/components/selections/constants").SELECTDELAY = 20;

module.exports = Plotly;

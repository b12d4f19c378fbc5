// The kinds of trace that `dashapp/figures` draws; scatter is always there.
const Plotly = require("plotly.js/lib/core");

Plotly.register([require("plotly.js/lib/bar"), require("plotly.js/lib/box"), require("plotly.js/lib/heatmap")]);

module.exports = Plotly;

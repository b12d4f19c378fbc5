/* Charts before plotly has come, and what is left out when it draws them. `dcc.Graph` finds something by plotly's name
   from the start, so that the page asks for its data while that script, the largest of all, is still on its way. */
(() => {
  "use strict";
  let come, plotly = window.Plotly;
  const ready = new Promise((resolve) => { come = resolve; });
  const later = (name) => (...given) => ready.then((plotly) => plotly[name](...given));

  /* ------------------------------------------------------------ a chart without a figure draws nothing */
  const SIZES = ["autosize", "height", "width"], waiting = new WeakMap();
  const isNothing = (plot, { data, layout } = {}) => !plot._fullLayout && !data?.length && Object.keys(layout || {}).every((name) => SIZES.includes(name));
  /* Whoever listens to it is kept until something is drawn, since plotly's own listening begins then. */
  const wait = (plot) => {
    if (!waiting.has(plot)) {
      const listeners = [];
      waiting.set(plot, listeners);
      plot.on = (...given) => { listeners.push(given); };
    }
    return Promise.resolve(plot);
  };
  const listen = (plot) => {
    for (const given of waiting.get(plot) || []) plot.on(...given);
    waiting.delete(plot);
  };
  const isAsDrawn = (plot) => {
    const { width, height } = getComputedStyle(plot), drawn = plot._fullLayout;
    return Math.abs(parseFloat(width) - drawn.width) < 1 && Math.abs(parseFloat(height) - drawn.height) < 1;
  };
  const thrifty = (plotly) => {
    const { react, Plots: { resize } } = plotly;
    plotly.react = (plot, figure, ...given) => {
      /* It may have been taken away meanwhile. */
      if (!plot.isConnected) return Promise.resolve(plot);
      if (isNothing(plot, figure)) return wait(plot);
      const drawn = react(plot, figure, ...given);
      listen(plot);
      return drawn;
    };
    /* `dcc.Graph` asks for a new size after each first drawing and whenever the page moves; most often it is the old one. */
    plotly.Plots.resize = (plot) => (!plot._fullLayout || isAsDrawn(plot) ? Promise.resolve(plot) : resize(plot));
    return plotly;
  };

  /* ------------------------------------------------------------ plotly's name */
  if (plotly) { thrifty(plotly); return; }
  const names = ["newPlot", "relayout", "restyle", "update", "animate", "addFrames", "deleteFrames", "extendTraces", "prependTraces", "toImage"];
  const react = later("react");
  plotly = {
    ...Object.fromEntries(names.map((name) => [name, later(name)])),
    react: (plot, figure, ...given) => (isNothing(plot, figure) ? wait(plot) : react(plot, figure, ...given)),
    purge: () => {},
    Plots: { resize: (plot) => Promise.resolve(plot) },
  };
  Object.defineProperty(window, "Plotly", {
    configurable: true,
    get: () => plotly,
    set: (real) => { plotly = thrifty(real); come(plotly); },
  });
})();

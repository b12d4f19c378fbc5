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
  /* The browser says how large a plot is when it has laid out the page; whoever asks before has it laid out once more. */
  const sizes = new WeakMap();
  const isAsDrawn = (plot) => {
    const size = sizes.get(plot), drawn = plot._fullLayout;
    return !size || (Math.abs(size.width - drawn.width) < 1 && Math.abs(size.height - drawn.height) < 1);
  };
  const watched = new ResizeObserver((entries) => {
    for (const { target, contentRect } of entries) {
      if (!contentRect.width) continue;
      sizes.set(target, contentRect);
      window.Plotly.Plots.resize(target);
    }
  });

  /* ------------------------------------------------------------ what stands already is not drawn again */
  /* `dcc.Graph` writes what the reader did (a zoom, a choice of points) into its figure, and has that drawn once more. */
  const isMap = (one) => !!one && typeof one === "object" && !Array.isArray(one);
  /* plotly adds to a layout what it has found out, such as the type of an axis. */
  const holds = (drawn, asked) => drawn === asked || (isMap(drawn) && isMap(asked)
    ? Object.keys(asked).every((name) => holds(drawn[name], asked[name])) : JSON.stringify(drawn) === JSON.stringify(asked));
  /* What a new figure says beside its drawing: its table and summary, and that the choice of points in it counts. */
  const UNDRAWN = ["meta", "selectionrevision"];
  const isDrawn = (drawn, asked) => drawn === asked || (drawn.length === asked.length && asked.every((trace, place) =>
    Object.keys({ ...drawn[place], ...trace }).every((name) => name === "uid" || holds(drawn[place][name], trace[name]))));
  const stands = (plot, { data, layout } = {}) => {
    if (!plot._fullLayout || !data || turns.has(plot)) return false;
    const left = data === plot.data ? SIZES : [...SIZES, ...UNDRAWN];
    return Object.keys(layout || {}).every((name) => left.includes(name) || holds(plot.layout[name], layout[name])) && isDrawn(plot.data, data);
  };
  const keep = (plot, { data, layout }) => {
    if (data === plot.data) return Promise.resolve(plot);
    plot.layout.meta = layout?.meta;
    plot.dispatchEvent(new CustomEvent("la-described", { bubbles: true }));
    return Promise.resolve(plot);
  };

  /* ------------------------------------------------------------ charts in turn */
  /* What stands on the page is painted, and the reader heard, before the next one is drawn: those in view first. Charts that
     stand already and change are drawn together, as many as the reader does not notice. A newer figure takes the place of
     one that still waits for its turn. */
  const AT_ONCE_MS = 100;
  const turns = new Map(), inView = new WeakSet();
  const looked = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) inView[isIntersecting ? "add" : "delete"](target);
  });
  const next = () => {
    const waits = [...turns.keys()];
    return waits.find((plot) => inView.has(plot)) || waits[0];
  };
  let working = false;
  const task = () => new Promise((go) => { if (window.scheduler?.postTask) window.scheduler.postTask(go); else setTimeout(go); });
  const frame = () => new Promise((go) => { if (document.hidden) go(); else requestAnimationFrame(go); });
  const take = (plot) => {
    const turn = turns.get(plot);
    turns.delete(plot);
    turn.start();
    return turn.drawn;
  };
  const work = async () => {
    working = true;
    if (![...turns.keys()].every((plot) => plot._fullLayout)) await frame();
    while (turns.size) {
      await task();
      const start = performance.now(), over = new Promise((go) => setTimeout(go, AT_ONCE_MS));
      const draw = () => Promise.race([over, take(next()).catch(() => { /* whoever asked hears of it */ })]);
      if (turns.size) await draw();
      while (next()?._fullLayout && performance.now() - start < AT_ONCE_MS) await draw();
    }
    working = false;
  };
  const inTurn = (plot, draw) => {
    let turn = turns.get(plot);
    if (!turn) {
      turn = {};
      turn.drawn = new Promise((start) => { turn.start = start; }).then(() => turn.draw());
      turns.set(plot, turn);
      looked.observe(plot);
      if (!working) work();
    }
    turn.draw = draw;
    return turn.drawn;
  };

  const thrifty = (plotly) => {
    const { react, relayout, Plots: { resize } } = plotly;
    plotly.react = (plot, figure, ...given) => (stands(plot, figure) ? keep(plot, figure) : isNothing(plot, figure) && !turns.has(plot) ? wait(plot) : inTurn(plot, () => {
      /* It may have been taken away meanwhile. */
      if (!plot.isConnected) return plot;
      const drawn = react(plot, figure, ...given);
      watched.observe(plot);
      listen(plot);
      return drawn;
    }));
    /* What the reader asks for holds for the figure that waits, too. */
    plotly.relayout = (plot, ...given) => (turns.has(plot) ? take(plot).then(() => relayout(plot, ...given)) : relayout(plot, ...given));
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

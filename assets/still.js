/* Draws a piece of a page that never changes: one element, with everything in it as HTML (dashapp/web/still.py). */
(() => {
  "use strict";
  const Still = ({ tag, given, markup }) => window.React.createElement(tag, { ...given, dangerouslySetInnerHTML: { __html: markup } });
  window.la_still = { Still };
})();

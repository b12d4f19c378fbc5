/* The page of courses: a row opens by a click or by Enter, and buttons know whether there is anything to give. */
(() => {
  "use strict";
  const COURSE = "course-opened-course", CARD = "course-opened-parts";
  const functions = (window.dashAgGridFunctions = window.dashAgGridFunctions || {});
  functions.laOpenCourse = (params) => {
    const event = params.event, place = event && event.target;
    if (!params.data || !(place instanceof Element) || place.closest("input, .ag-selection-checkbox")) return;
    if (event.type === "keydown" && event.key !== "Enter") return;
    if (event.type !== "keydown" && String(getSelection())) return;
    window.dash_clientside.set_props(COURSE, { value: String(params.data.id) });
    /* Below the list, on a narrow screen, nobody would see that it has opened. */
    const card = document.getElementById(CARD)?.closest("article"), edge = card?.getBoundingClientRect();
    if (edge && edge.top > window.innerHeight - 80) card.scrollIntoView({ block: "start" });
  };
  const cells = (window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {});
  const h = (...given) => window.React.createElement(...given);
  const called = (row) => h("span", { className: "la-ellipsis", title: `${row.code} ${row.title}` },
    h("b", { className: "la-m" }, row.code), " ", h("span", { className: "la-2" }, h("bdi", null, row.title)),
    row.events_text ? h("span", { className: "la-3" }, ` ${row.events_text}`) : null);
  cells.LaCalled = ({ data }) => called(data);
  cells.LaCalledCard = ({ data }) => h("div", { className: "la-two-lines" },
    called(data), h("span", { className: "la-num" }, data.learners_words),
    h("span", { className: "la-2" }, data.term));
  window.dash_clientside = Object.assign(window.dash_clientside || {}, {
    courseList: {
      giving: (rows, term, unit, programme, follow) => {
        const nothing = !term && !unit && !programme && !(follow && follow.length);
        return [nothing || !(rows && rows.length), nothing];
      },
    },
  });
})();

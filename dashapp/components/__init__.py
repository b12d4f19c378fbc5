"""What a page is made of, in Dash components and in words. No data is read here and no callback is registered.

A page module (`student`, `classroom`, `institution`) gives three functions, and nothing else is needed to wire it:

`body()`
    The empty page: controls, cards with their real titles and fixed heights, empty charts. Grey blocks show after
    200 ms until the first `fill`.
`slots()`
    Where the values of `fill` go: a mapping from a name to `Slot(id, property)`. In a callback:
    `output={name: Output(slot.id, slot.property) for name, slot in student.slots().items()}`.
`fill(view, screen, links)`
    The values by the same names, made from one view of `dashapp.domain.views`; figures are `Drawing`.

`screen` is `dashapp.figures.Screen` (theme, narrow or not; `Screen.parse(store)` accepts anything), `links` is
`components.links.Links` (path prefix, embedded or not). `shell` has what stands around a page: navigation, live badge,
embed bar, phone tabs. The words of indicators are in `reasons`, `sentences` and `definitions`; all pass through
`dashapp.words`.

In the browser: `assets/early.js` sets the theme before the first paint (load it in the head), `assets/look.js` opens
menus, definitions and data tables and offers
`window.laLook.showFreshness({asOf, behind, zone})` and `window.laLook.showLive(state, behind)` to the live module, and
the clientside function `look.screen`.
"""

/* Components hear of changes together. Dash stores the properties of an answer one after the other, and after each one
   asks every component of the page whether it has changed: some fifty times for a page's data. React draws what has
   changed once, afterwards; so it is enough to ask once, as soon as all of them are stored. */
(() => {
  "use strict";
  const together = (hear) => {
    let waits = false;
    return () => {
      if (waits) return;
      waits = true;
      queueMicrotask(() => { waits = false; hear(); });
    };
  };
  /* Dash adds its store here when its own observers have subscribed already: who comes later draws. */
  const stores = (window.dash_stores = window.dash_stores || []);
  stores.push = (...added) => {
    for (const store of added) {
      const { subscribe } = store;
      store.subscribe = (hear) => subscribe(together(hear));
    }
    return Array.prototype.push.apply(stores, added);
  };
})();

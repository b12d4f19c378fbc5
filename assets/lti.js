/* The pages between a learning platform and ours: they bind a launch to the browser that began it.

   A cookie in a partition of its own does most of it, without this script. Where it is lost, the frame's sessionStorage
   keeps the binder, else the platform does (1EdTech's platform storage: lti.put_data and lti.get_data by postMessage). */
(() => {
  const page = document.querySelector("[data-lti]");
  if (!page) return;
  const said = page.dataset;
  const key = `la-lti-${said.name}`;
  const WAIT = 5000; // milliseconds for an answer of a platform that has offered to keep data; a busy machine needs some

  const keep = (value) => {
    try { sessionStorage.setItem(key, value); return sessionStorage.getItem(key) === value; } catch { return false; }
  };
  const kept = () => {
    try { const value = sessionStorage.getItem(key); sessionStorage.removeItem(key); return value; } catch { return null; }
  };
  const frame = () => {
    if (!said.storage || !said.origin) return null;
    const outside = window.opener || (window.parent === window ? null : window.parent);
    if (!outside) return null;
    try { return said.storage === "_parent" ? outside : outside.frames[said.storage] || null; } catch { return null; }
  };
  const ask = (message) => new Promise((resolve) => {
    const to = frame();
    if (!to) { resolve(null); return; }
    const id = crypto.randomUUID ? crypto.randomUUID() : `${Math.random()}`;
    const finish = (value) => { clearTimeout(timer); removeEventListener("message", hear); resolve(value); };
    const hear = (event) => {
      const data = event.data;
      // Whatever another origin says is not heard.
      if (event.origin !== said.origin || !data || typeof data !== "object" || data.message_id !== id) return;
      if (data.subject !== `${message.subject}.response`) return;
      finish(data.error || typeof data.value !== "string" ? null : data.value);
    };
    const timer = setTimeout(() => finish(null), WAIT);
    addEventListener("message", hear);
    to.postMessage({ ...message, message_id: id }, said.origin);
  });
  /* A window of its own does not offer a further one, which would keep as little. */
  const reveal = () => {
    const place = window.parent === window ? "window" : "frame";
    document.querySelectorAll(`[data-lti-late=${place}]`).forEach((one) => { one.hidden = false; });
  };

  const begin = async () => {
    if (!keep(said.binder)) await ask({ subject: "lti.put_data", key, value: said.binder });
    location.replace(said.go);
  };
  const bind = async () => {
    const form = page.querySelector("form");
    const binder = kept() || await ask({ subject: "lti.get_data", key });
    if (!binder) { reveal(); return; }
    form.elements.binder.value = binder;
    form.submit();
  };
  const close = () => {
    (window.opener || window.parent).postMessage({ subject: "org.imsglobal.lti.close" }, said.origin);
  };

  if (said.lti === "begin") begin();
  if (said.lti === "bind") bind();
  if (said.lti === "send") page.querySelector("form").submit();
  if (said.lti === "close") document.querySelector("[data-lti-close]").addEventListener("click", close);
})();

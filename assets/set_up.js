/* The page of the first start: proposes the time zone of this browser, and a short name made of the name. */
(() => {
  /* Letters that are not made of a plain one and a mark. */
  const LATIN = { ł: "l", ø: "o", ß: "ss", æ: "ae", œ: "oe", đ: "d", þ: "th", ð: "d" };
  const form = document.getElementById("set-up");
  if (!form) return;
  const zone = form.elements.zone;
  if (zone.value === "UTC") {
    const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (own && [...zone.options].some((option) => option.value === own)) zone.value = own;
  }
  const name = form.elements.name;
  const title = form.elements.title;
  let proposed = name.value;
  title.addEventListener("input", () => {
    if (name.value !== proposed) return;
    proposed = title.value.toLowerCase().replace(/[łøßæœđþð]/g, (letter) => LATIN[letter])
      .normalize("NFKD").replace(/[\u0300-\u036f]/g, "")
      .replace(/[^a-z0-9]+/g, "-").slice(0, 63).replace(/^-+|-+$/g, "");
    name.value = proposed;
  });
})();

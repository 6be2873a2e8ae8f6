// Search over titles, sections and names. The index is a script, because pages opened from disk may not fetch files.
"use strict";
(() => {
  const input = document.querySelector("#query");
  const results = document.querySelector("#results");
  if (!input || !window.searchIndex) return;
  const names = { document: "Work", section: "Section", entity: "Name" };
  const weight = { document: 0, entity: 1, section: 2 };
  const fold = (text) => text.normalize("NFKC").toLowerCase();
  const entries = window.searchIndex.map(([kind, lang, text, more, href]) => ({ kind, lang, text, more, href, folded: fold(text) }));

  function marked(text, words) {
    const out = document.createElement("span");
    const lower = text.toLowerCase();
    let at = 0;
    while (at < text.length) {
      let first = -1;
      let length = 0;
      for (const word of words) {
        const found = lower.indexOf(word, at);
        if (found >= 0 && (first < 0 || found < first)) [first, length] = [found, word.length];
      }
      if (first < 0 || lower.length !== text.length) break;
      const mark = document.createElement("mark");
      mark.textContent = text.slice(first, first + length);
      out.append(text.slice(at, first), mark);
      at = first + length;
    }
    out.append(text.slice(at));
    return out;
  }

  function search() {
    const words = fold(input.value).split(/\s+/).filter(Boolean);
    results.replaceChildren();
    if (!words.length) return;
    const found = [];
    for (const entry of entries) {
      if (!words.every((word) => entry.folded.includes(word))) continue;
      const place = entry.folded.indexOf(words[0]);
      found.push([weight[entry.kind], place === 0 ? 0 : 1, entry.text.length, entry]);
    }
    found.sort((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2]);
    for (const [, , , entry] of found.slice(0, 60)) {
      const item = document.createElement("li");
      const link = document.createElement("a");
      const of = document.createElement("span");
      link.href = entry.href;
      of.className = "of";
      of.textContent = names[entry.kind] ?? "";
      const text = marked(entry.text, words);
      if (entry.lang) text.lang = entry.lang;
      link.append(of, text);
      if (entry.kind === "section") {
        const where = document.createElement("span");
        where.className = "in";
        where.textContent = entry.more;
        where.lang = entry.lang;
        link.append(where);
      }
      item.append(link);
      results.append(item);
    }
    if (!found.length) {
      const none = document.createElement("li");
      none.className = "empty";
      none.textContent = "Nothing found.";
      results.append(none);
    }
  }
  input.addEventListener("input", search);
  input.form.addEventListener("submit", (event) => { event.preventDefault(); results.querySelector("a")?.click(); });
  input.form.addEventListener("keydown", (event) => {
    const links = [...results.querySelectorAll("a")];
    const at = links.indexOf(document.activeElement);
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const next = at + (event.key === "ArrowDown" ? 1 : -1);
      (next < 0 ? input : links[Math.min(next, links.length - 1)])?.focus();
    } else if (event.key === "Escape") {
      input.value = "";
      search();
      input.focus();
    }
  });
  if (location.hash === "#query") input.focus();
  search();
})();

// The search form: on the front page in its place, on other pages in a dialog.
"use strict";
(() => {
  const t = window.t;
  const form = document.querySelector("form.search");
  if (!form || !window.searchIndex) return;
  const $ = (selector) => form.querySelector(selector);
  const [input, results, status, filters, scope] = ["#query", "#results", "#found", ".filters", "#here"].map($);
  const dialog = form.closest("dialog");
  const root = window.viewerRoot;
  const PAGE = 20; // hits shown at once
  const PAUSE = 60; // milliseconds without a key before a search begins
  const CHECKS = 400; // texts that are read for them; a search for a common phrase would read all
  const CONTEXT = 90; // characters of text on each side of the first mark
  const LONGEST = 420; // characters of a text that is shown
  const NAMES = { name: "Name", title: "Work", heading: "Heading", text: "Text", table: "Table", note: "Note" };
  let current = 0; // number of the last search: older ones stop
  let shown = PAGE;

  function element(name, properties = {}, ...children) {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
    return made;
  }

  function marked(text, places, lang) {
    const out = element("p", { lang });
    const sorted = places.sort((a, b) => a[0] - b[0] || b[1] - a[1]);
    const first = sorted[0]?.[0] ?? 0;
    let at = text.length > LONGEST ? Math.max(0, first - CONTEXT) : 0;
    const end = text.length > LONGEST ? Math.min(text.length, at + LONGEST) : text.length;
    if (at > 0) out.append("…");
    for (const [from, to] of sorted) {
      if (from >= end || to <= at) continue;
      out.append(text.slice(at, Math.max(at, from)), element("mark", { textContent: text.slice(Math.max(at, from), to) }));
      at = to;
    }
    out.append(text.slice(at, Math.max(at, end)));
    if (end < text.length) out.append("…");
    return out;
  }

  function item(hit, row, places) {
    const isName = hit.kind === "name";
    const sides = ["ja", "en"].map((lang, number) => ({ lang, text: row.texts[number], places: places[number], anchor: row.anchors[number] }));
    const first = sides.find((side) => side.places.length && side.text) ?? sides.find((side) => side.text) ?? sides[0];
    const link = element("a", { href: root + (isName ? hit.file + row.anchors[0] : hit.file + (first.anchor ? "#" + first.anchor : "")) });
    const texts = element("div", { className: "both" }, ...sides.filter((side) => side.text).map((side) => marked(side.text, side.places, side.lang)));
    link.append(element("span", { className: "of", textContent: t(NAMES[hit.kind]) }), texts);
    if (isName) {
      link.append(element("span", { className: "in", textContent: t(row.page === 1 ? "{} mention" : "{} mentions", row.page) }));
    } else if (hit.kind !== "title") {
      const number = first.lang === "ja" ? 0 : 1;
      const heading = row.heading[number] || row.heading[1 - number];
      const title = hit.titles[number] || hit.titles[1 - number];
      const where = [title, hit.label.replace("no edition named", ""), heading && heading !== first.text ? heading : "", row.page ? t("p. {}", row.page) : ""];
      link.append(element("span", { className: "in", textContent: where.filter(Boolean).join(" · ") }));
    } else if (hit.date) link.append(element("span", { className: "in", textContent: hit.date }));
    return element("li", {}, link);
  }

  function offerWorks(hits) {
    const works = new Map();
    for (const hit of hits) {
      if (hit.work) works.set(hit.work, { title: hit.titles[t.lang === "ja" ? 0 : 1] || hit.titles[0] || hit.titles[1], count: (works.get(hit.work)?.count ?? 0) + 1 });
    }
    const select = $("#in-work");
    const chosen = select.value;
    if (chosen && !works.has(chosen)) return;
    select.replaceChildren(element("option", { value: "", textContent: t("All works") }),
      ...[...works].sort((a, b) => b[1].count - a[1].count).slice(0, 50)
        .map(([value, { title, count }]) => element("option", { value, textContent: title.slice(0, 60) + " (" + count + ")" })));
    select.value = chosen;
  }

  // Show the first hits whose words stand in their text one after the other.
  async function show(hits, found, number, note) {
    const items = [];
    let at = 0;
    let checks = 0;
    for (; at < hits.length && items.length < shown && checks < CHECKS; at++) {
      const hit = hits[at];
      if (!hit.row) checks++;
      hit.row ??= await window.searchIndex.text(hit.segment, hit.record);
      if (number !== current) return 0;
      if (hit.places === undefined) hit.places = window.searchIndex.places(hit.row, found.groups, found.loose);
      if (hit.places) items.push(item(hit, hit.row, hit.places));
      if (at === 0 && items.length) results.replaceChildren(...items);
    }
    const more = at < hits.length && (items.length > 0 || !found.loose);
    const focused = [...results.querySelectorAll("a")].indexOf(document.activeElement);
    results.replaceChildren(...items);
    if (focused >= 0) results.querySelectorAll("a")[focused]?.focus();
    if (more && found.done) {
      const button = element("button", { type: "button", className: "quiet", textContent: t("Show more") });
      button.addEventListener("click", () => { shown += PAGE; show(hits, found, number, note); });
      results.append(element("li", { className: "more" }, button));
    }
    const count = more ? hits.length : items.length;
    const replaced = found.replaced?.length ? t("Nothing found as typed. Shown: {}", found.replaced.join(" ")) + " · " : "";
    status.textContent = (note ? note + " · " : "") + replaced
      + (count ? t(more ? "about {} places" : count === 1 ? "{} place" : "{} places", count) : found.done ? t("Nothing found.") : "");
    return items.length;
  }

  async function search() {
    const number = ++current;
    const query = input.value;
    const isEmpty = !window.searchTerms.terms(query).length;
    filters.hidden = isEmpty;
    if (isEmpty) {
      results.replaceChildren();
      status.textContent = "";
      return;
    }
    const value = (name) => $("#" + name).value;
    const chosen = { kind: value("in-kind"), work: value("in-work"), form: value("in-form"), from: value("from"), to: value("to"), label: Number(value("in-label")) };
    const own = scope && scope.checked && !chosen.work ? { ...chosen, work: scope.value } : chosen;
    const isCurrent = () => number === current;
    try {
      let count = 0;
      const report = (note) => async (hits, found) => {
        if (!isCurrent()) return;
        if (found.done) offerWorks(hits);
        count = await show(hits, found, number, note);
      };
      await window.searchIndex.find(query, own, report(""), isCurrent);
      if (isCurrent() && !count && own !== chosen) {
        await window.searchIndex.find(query, chosen, report(t("Nothing found in this work")), isCurrent);
      }
      if (isCurrent()) form.dataset.done = query;
    } catch (error) {
      if (isCurrent()) status.textContent = t("The search index cannot be read: {}", error.message);
    }
  }

  let timer = 0;
  input.addEventListener("input", () => {
    clearTimeout(timer);
    shown = PAGE;
    timer = setTimeout(search, PAUSE);
  });
  form.addEventListener("change", (event) => { if (event.target !== input) { shown = PAGE; search(); } });
  form.addEventListener("submit", (event) => { event.preventDefault(); results.querySelector("a")?.click(); });
  form.addEventListener("keydown", (event) => {
    if (event.target.matches("select, [type=number]")) return;
    const links = [...results.querySelectorAll("a")];
    const at = links.indexOf(document.activeElement);
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const next = at + (event.key === "ArrowDown" ? 1 : -1);
      (next < 0 ? input : links[Math.min(next, links.length - 1)])?.focus();
    } else if (event.key === "Escape" && (input.value || !dialog)) {
      event.preventDefault();
      input.value = "";
      search();
      input.focus();
    }
  });
  results.addEventListener("click", (event) => { if (dialog && event.target.closest("a")) dialog.close(); });
  $(".close")?.addEventListener("click", () => dialog.close());
  window.openSearch = () => { if (dialog && !dialog.open) dialog.showModal(); input.focus(); input.select(); };
  document.querySelector("#find").addEventListener("click", window.openSearch);
  document.addEventListener("languagechange", search);
  const asked = new URLSearchParams(location.search).get("q");
  if (asked) { input.value = asked; window.openSearch(); }
  if (location.hash === "#query") window.openSearch();
  search();
})();

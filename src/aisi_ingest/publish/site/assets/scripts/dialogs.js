// The search form, the list of keys and the form of citations: they need scripts, so that the pages do not contain them.
"use strict";
(() => {
  const { t } = window;
  const $ = (selector) => document.querySelector(selector);
  window.viewerRoot = $(".bar .home").getAttribute("href").replace("index.html", "");
  const work = $("#text")?.dataset.work;
  const option = ([value, text]) => `<option value="${value}" data-t>${text}</option>`;
  const select = (id, label, ...options) => `<label><span class="sr" data-t>${label}</span><select id="${id}">${options.map(option).join("")}</select></label>`;
  const year = (id, label) => `<label><span data-t>${label}</span> <input type="number" id="${id}" min="1900" max="2999" inputmode="numeric"></label>`;
  const SEARCH = `<form class="search" role="search">
    <div class="ask">
      <label class="sr" for="query" data-t>Search the text, titles and names in both languages</label>
      <input id="query" type="search" autocomplete="off" spellcheck="false" data-t="placeholder" placeholder="Search in both languages: 評価, red teaming, NIST …" aria-controls="results" aria-describedby="hint">
      <button type="button" class="quiet close" data-t>Close</button>
    </div>
    <p id="hint" class="hint"><kbd>/</kbd> <span data-t>to search</span>, <kbd>↓</kbd> <kbd>↑</kbd> <span data-t>to choose</span>, <kbd>" "</kbd> <span data-t>words in this order</span></p>
    <div class="filters" hidden>
      ${work ? '<label><input type="checkbox" id="here" checked> <span data-t>First in this work</span></label>' : ""}
      ${select("in-kind", "Kind of text", ["", "All kinds of text"], ["text", "Text"], ["heading", "Headings"], ["title", "Titles"], ["table", "Tables"], ["note", "Notes"], ["name", "Names"])}
      ${select("in-form", "Kind of document", ["", "Reports and slides"], ["report", "Reports"], ["deck", "Slides"])}
      ${select("in-work", "Work", ["", "All works"])}
      ${select("in-label", "Names in the text", ["", "With any names or none"], ["1", "Dates"], ["2", "Organisations"], ["3", "People"], ["4", "Guides and laws"], ["5", "Events"], ["6", "Places"])}
      ${year("from", "from year")} ${year("to", "to year")}
    </div>
    <p id="found" role="status"></p>
    <ol id="results"></ol>
  </form>`;
  const KEYS = [["/", "search"], ["j", "next line"], ["k", "previous line"], ["n", "next finding"], ["p", "show the page with the block’s box"], ["c", "cite the block"], ["t", "light or dark"], ["?", "this list"], ["Esc", "close"]];
  const HELP = `<h2 id="keys-title" data-t>Keys</h2>
    <dl>${KEYS.map(([key, action]) => `<div><dt><kbd>${key}</kbd></dt><dd data-t>${action}</dd></div>`).join("")}</dl>
    <form method="dialog"><button class="quiet" data-t>Close</button></form>`;
  const CITATION = `<h2 id="citation-title" data-t>Cite this text</h2>
    <label for="citation-text" data-t>Citation</label>
    <textarea id="citation-text" rows="7" readonly></textarea>
    <label for="permalink" data-t>Link to the text: it stays valid while the text is unchanged</label>
    <input id="permalink" readonly>
    <p id="copied" class="hint" role="status"></p>
    <form method="dialog">
      <button type="button" class="quiet" id="copy-citation" data-t>Copy the citation</button>
      <button type="button" class="quiet" id="copy-link" data-t>Copy the link</button>
      <button type="button" class="quiet" id="correct" data-t>Suggest a correction</button>
      <button class="quiet" data-t>Close</button>
    </form>`;
  const CORRECTION = `<h2 id="correction-title" data-t>Correct this text</h2>
    <label for="entry" data-t>Entry for a file in the folder corrections: change what it sets, add your name and the reason</label>
    <textarea id="entry" rows="11" spellcheck="false"></textarea>
    <p id="entry-state" class="hint" role="status"></p>
    <form method="dialog">
      <button type="button" class="quiet" id="copy-entry" data-t>Copy the entry</button>
      <button type="button" class="quiet" id="write-entry" hidden data-t>Write the entry</button>
      <button class="quiet" data-t>Close</button>
    </form>`;
  const BUTTONS = `<button type="button" id="find" class="quiet" data-t="title" title="Search (/)"><span aria-hidden="true">⌕</span><span class="sr" data-t>Search</span></button>
    <button type="button" id="theme" class="quiet" data-t="title" title="Light or dark (t)"><span aria-hidden="true">◐</span><span class="sr" data-t>Light or dark</span></button>
    <button type="button" id="help" class="quiet" data-t="title" title="Keys (?)"><span aria-hidden="true">?</span><span class="sr" data-t>Keys</span></button>
    <button type="button" id="language" class="quiet"></button>`;

  // The markup consists of the constants above only.
  function dialog(id, markup, labelledBy) {
    const made = document.createElement("dialog");
    made.id = id;
    if (labelledBy) made.setAttribute("aria-labelledby", labelledBy);
    else { made.dataset.t = "aria-label"; made.setAttribute("aria-label", "Search"); }
    made.innerHTML = markup;
    document.body.append(made);
  }
  $(".bar nav").insertAdjacentHTML("beforeend", BUTTONS);
  if ($("#search")) {
    $("#search").innerHTML = SEARCH;
    $("#search .close").remove();
  } else dialog("search", SEARCH);
  if (work) $("#here").value = work;
  dialog("keys", HELP, "keys-title");
  if ($("#text")) {
    dialog("citation", CITATION, "citation-title");
    dialog("correction", CORRECTION, "correction-title");
  }
  $("#language").addEventListener("click", () => t.choose(t.lang === "ja" ? "en" : "ja"));
  t.apply();
})();

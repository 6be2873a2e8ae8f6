// Suggest a correction of a block: an entry to copy, or to write where `aisi-ingest serve --edit` shows the page.
"use strict";
(() => {
  // The token of `serve --edit` stands behind the number sign of the first address; it is kept while the tab is open.
  const given = new URLSearchParams(location.hash.slice(1)).get("edit");
  if (given && location.protocol.startsWith("http")) {
    sessionStorage.setItem("edit", given);
    history.replaceState(null, "", location.pathname);
  }
  const token = location.protocol.startsWith("http") ? sessionStorage.getItem("edit") : null;

  const t = window.t;
  const $ = (selector) => document.querySelector(selector);
  const main = $("#text");
  if (!main) return;
  const dialog = $("#correction");
  const entry = $("#entry");
  const state = $("#entry-state");
  const SHORT_DIGEST = 12; // digits of a sha256 that name a document

  const quoted = (text) => JSON.stringify(text); // a string of TOML has the escapes of JSON
  function entryFor(block) {
    const source = JSON.parse(main.dataset[block.id.slice(0, 2) + "Source"]);
    const text = window.textOfBlock(block);
    return ["[[correction]]", 'of = "block"', `document = ${quoted(source.sha256.slice(0, SHORT_DIGEST))}`,
      `text = ${quoted(text)}`, `page = ${block.dataset.box.split(" ")[0]}`, `set = { text = ${quoted(text)} }`,
      'author = ""', `date = ${new Date().toISOString().slice(0, 10)}`, 'reason = ""', ""].join("\n");
  }
  $("#correct").addEventListener("click", () => {
    const block = $("#citation").block;
    $("#citation").close();
    entry.value = entryFor(block);
    state.textContent = "";
    $("#write-entry").hidden = !token;
    dialog.showModal();
  });
  $("#copy-entry").addEventListener("click", async () => {
    state.textContent = (await window.copyField(entry)) ? t("Copied.") : t("Press Ctrl+C to copy.");
  });
  $("#write-entry").addEventListener("click", async () => {
    try {
      const answer = await fetch("/api/corrections", {
        method: "POST",
        headers: { Authorization: "Bearer " + token, "Content-Type": "application/json" },
        body: JSON.stringify({ work: main.dataset.work, entries: entry.value }),
      });
      const told = await answer.json();
      state.textContent = answer.ok ? t("Written to {}. The next run applies it.", `corrections/${told.file}`) : told.detail;
    } catch {
      state.textContent = t("The server does not answer.");
    }
  });
})();

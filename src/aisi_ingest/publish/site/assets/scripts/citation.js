// Cite a block, and follow links to texts that a later release changed.
"use strict";
(() => {
  const t = window.t;
  const $ = (selector, from = document) => from.querySelector(selector);
  const main = $("#text");
  if (!main) return;
  const dialog = $("#citation");
  const KEY = /^(ja|en)-[0-9a-f]{12}(-\d+)?$/;
  const QUOTES = { ja: ["「", "」", "、"], en: ["“", "”", ", "] };
  const LONGEST_DIFF = 1500; // words of a text whose differences are shown; longer ones are shown whole

  const textOf = (block) => {
    const copy = block.cloneNode(true);
    copy.querySelectorAll("sup, caption, .back, .number, .marker, .ocr, .block-tools").forEach((each) => each.remove());
    const rows = [...copy.querySelectorAll("tr")].map((row) => [...row.cells]
      .flatMap((cell) => Array(cell.colSpan).fill(cell.textContent)).join(" | "));
    return (rows.length ? rows.join("\n") : copy.textContent).trim();
  };
  const addressOf = (block) => location.href.replace(/[?#].*$/, "") + "#" + block.id;

  function citation(block) {
    const lang = block.id.slice(0, 2);
    const [start, end, comma] = QUOTES[lang];
    const source = JSON.parse(main.dataset[lang + "Source"]);
    const page = block.dataset.box.split(" ")[0];
    const place = lang === "ja" ? page + "ページ" : "p. " + page;
    const url = source.url + (source.url && source.page ? source.page + page : "");
    return start + textOf(block) + end + " " + [...source.facts, place, url, "sha256:" + source.sha256].filter(Boolean).join(comma);
  }
  function cite(block) {
    if (!block) return;
    $("#citation-text").value = citation(block);
    $("#citation-text").lang = block.id.slice(0, 2);
    $("#permalink").value = addressOf(block);
    $("#copied").textContent = "";
    dialog.block = block;
    dialog.showModal();
  }
  async function copyField(field) {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      return true;
    } catch {
      return document.execCommand("copy"); // pages opened from disk may not use the clipboard otherwise
    }
  }
  window.copyField = copyField;
  window.textOfBlock = textOf;
  async function copy(field) {
    $("#copied").textContent = (await copyField(field)) ? t("Copied.") : t("Press Ctrl+C to copy.");
  }
  $("#copy-citation").addEventListener("click", () => copy($("#citation-text")));
  $("#copy-link").addEventListener("click", () => copy($("#permalink")));
  $("#cite").addEventListener("click", () => {
    const named = document.getElementById(location.hash.slice(1)); // the language of a link, if the reader is still there
    const line = window.currentLine();
    cite(named?.matches(".b") && line?.contains(named) ? named : line && $(".b[id]", line));
  });

  // A button beside the block under the pointer, or the block that was touched.
  const tools = document.createElement("span");
  tools.className = "block-tools";
  const button = document.createElement("button");
  button.type = "button";
  button.tabIndex = -1; // the key c and the button in the tool bar do the same
  button.textContent = "¶";
  const name = () => { button.title = t("Cite this text"); button.setAttribute("aria-label", button.title); };
  name();
  document.addEventListener("languagechange", name);
  tools.append(button);
  main.addEventListener("pointerover", (event) => {
    const block = event.target.closest?.(".b[id]");
    if (block && tools.parentElement !== block) block.append(tools);
  });
  button.addEventListener("click", (event) => {
    event.stopPropagation();
    cite(tools.closest(".b[id]"));
  });

  // The words of two texts: the longest common subsequence stays, the others are removed or added.
  const wordsOf = (text) => text.match(/[\p{Script=Latin}\p{N}]+|\s+|./gsu) ?? [];
  function difference(before, after) {
    const [a, b] = [wordsOf(before), wordsOf(after)];
    if (a.length > LONGEST_DIFF || b.length > LONGEST_DIFF) return [["del", before], ["ins", after]];
    const lengths = [...Array(a.length + 1)].map(() => new Uint16Array(b.length + 1));
    for (let i = a.length - 1; i >= 0; i--) {
      for (let j = b.length - 1; j >= 0; j--) {
        lengths[i][j] = a[i] === b[j] ? lengths[i + 1][j + 1] + 1 : Math.max(lengths[i + 1][j], lengths[i][j + 1]);
      }
    }
    const out = [];
    const add = (kind, word) => { if (out.at(-1)?.[0] === kind) out.at(-1)[1] += word; else out.push([kind, word]); };
    let [i, j] = [0, 0];
    while (i < a.length || j < b.length) {
      if (i < a.length && j < b.length && a[i] === b[j]) { add("span", a[i++]); j++; }
      else if (i < a.length && (j === b.length || lengths[i + 1][j] >= lengths[i][j + 1])) add("del", a[i++]);
      else add("ins", b[j++]);
    }
    return out;
  }

  let former = null;
  window.formerTexts = (texts) => { former = texts; };
  function loadFormer() {
    return new Promise((resolve) => {
      if (former) { resolve(); return; }
      const script = document.createElement("script");
      script.src = "../former/" + location.pathname.split("/").at(-1).replace(/\.html$/, ".js");
      script.addEventListener("load", resolve);
      script.addEventListener("error", resolve); // no text of this page has changed
      document.head.append(script);
    });
  }
  async function explain() {
    const note = $("#former");
    note.hidden = true;
    const wanted = decodeURIComponent(location.hash.slice(1));
    if (!KEY.test(wanted) || document.getElementById(wanted)) return;
    if (main.hasAttribute("data-former")) await loadFormer();
    let key = wanted;
    const seen = new Set();
    while (former?.[key] && !seen.has(key) && !document.getElementById(key)) { seen.add(key); key = former[key][1]; }
    const block = key && document.getElementById(key);
    const old = former?.[wanted];
    note.replaceChildren();
    const line = (text, ...more) => {
      const made = document.createElement("span");
      made.append(text, ...more);
      note.append(made);
    };
    if (!old) line(t("The text of this link is not on this page."));
    else if (!block) {
      line(t("The text of this link is no longer on this page. In the release {} it was:", old[2]));
      const text = document.createElement("q");
      text.lang = wanted.slice(0, 2);
      text.textContent = old[0];
      line(text);
    } else {
      const link = document.createElement("a");
      link.href = "#" + key;
      link.textContent = t("Go to it");
      line(t("The text of this link changed after the release {}. What changed:", old[2]), " ", link);
      const text = document.createElement("q");
      text.lang = wanted.slice(0, 2);
      for (const [kind, words] of difference(old[0], textOf(block))) {
        const part = document.createElement(kind);
        part.textContent = words;
        text.append(part);
      }
      line(text);
    }
    note.hidden = false;
    note.scrollIntoView({ block: "center" });
  }
  addEventListener("hashchange", explain);
  document.addEventListener("languagechange", explain);
  explain();
})();

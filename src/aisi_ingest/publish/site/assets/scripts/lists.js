// Filters of the lists of findings and of names.
"use strict";
(() => {
  const t = window.t;
  const $ = (selector) => document.querySelector(selector);
  const $$ = (selector) => [...document.querySelectorAll(selector)];

  const findings = $$(".findings li");
  function filterFindings() {
    const [kind, severity, confidence] = ["kind", "severity", "confidence"].map((each) => $("#finding-" + each).value);
    let shown = 0;
    for (const item of findings) {
      const fits = (!kind || item.dataset.kind === kind) && (!severity || item.classList.contains(severity))
        && Number(item.dataset.confidence) >= Number(confidence);
      item.hidden = !fits;
      shown += fits;
      // Its marks in the text, and the lines that "next finding" stops at.
      $$('.line > .mark[href="#' + item.id + '"]').forEach((mark) => { mark.hidden = !fits; });
    }
    $$(".line:has(> .mark)").forEach((line) => line.classList.toggle("marked", line.querySelector(":scope > .mark:not([hidden])") !== null));
    $("#findings-shown").textContent = shown < findings.length ? t("{} of {} shown", shown, findings.length) : "";
  }
  // Marks repeat the message of their finding in the language of the interface.
  function titleMarks() {
    for (const item of findings) {
      const message = item.querySelector('.message[lang="' + t.lang + '"]') ?? item.querySelector(".message");
      const title = item.querySelector("strong").textContent + ": " + (message?.textContent ?? "");
      $$('.line > .mark[href="#' + item.id + '"]').forEach((mark) => { mark.title = title; });
    }
  }
  if (findings.length) {
    $(".findings .filters").addEventListener("change", filterFindings);
    document.addEventListener("languagechange", () => { filterFindings(); titleMarks(); });
    titleMarks();
  }

  const names = $("#name-filter");
  function filterNames() {
    const wanted = window.searchTerms.compact(names.value);
    let shown = 0;
    for (const section of $$(".names[aria-labelledby]")) {
      let own = 0;
      for (const item of section.querySelectorAll("li")) {
        item.hidden = !window.searchTerms.compact(item.textContent + " " + (item.dataset.also ?? "")).includes(wanted);
        own += !item.hidden;
      }
      section.hidden = !own;
      shown += own;
    }
    $("#names-found").textContent = wanted ? t(shown === 1 ? "{} name" : "{} names", shown) : "";
  }
  names?.addEventListener("input", filterNames);
  names?.form.addEventListener("submit", (event) => event.preventDefault());
})();

// Optional: the pages can be read, and their switches work, without scripts.
"use strict";
(() => {
  const root = document.documentElement;
  const $ = (selector, from = document) => from.querySelector(selector);
  const $$ = (selector, from = document) => [...from.querySelectorAll(selector)];
  const store = {
    get(key) { try { return localStorage.getItem("viewer." + key); } catch { return null; } },
    set(key, value) { try { localStorage.setItem("viewer." + key, value); } catch { /* not allowed in a private window */ } },
  };
  const t = window.t;
  $$(".needs-js").forEach((element) => { element.hidden = false; });

  const theme = $("#theme");
  if (store.get("theme")) root.dataset.theme = store.get("theme");
  const isDark = () => root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  theme?.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    store.set("theme", root.dataset.theme);
  });

  $$(".kinds input, .view input").forEach((input) => {
    const known = store.get(input.id);
    if (known !== null) input.checked = known === "1";
    input.addEventListener("change", () => $$(input.type === "radio" ? ".view input" : "#" + input.id)
      .forEach((each) => store.set(each.id, each.checked ? "1" : "0")));
  });

  const main = $("#text");
  const lines = $$(".part .line");
  let here = -1;
  const go = (index) => {
    if (!lines[index]) return;
    lines[here]?.classList.remove("here");
    here = index;
    lines[here].classList.add("here");
    lines[here].closest("details:not([open])")?.setAttribute("open", "");
    lines[here].scrollIntoView({ block: "center" });
    const block = $(".b[id]", lines[here]);
    if (block) history.replaceState(null, "", "#" + block.id);
    if (panel && !panel.hidden) show($(".b", lines[here]));
  };
  // The line of the address, also after a click on a link.
  const follow = () => {
    const line = document.getElementById(decodeURIComponent(location.hash.slice(1)))?.closest(".line");
    if (!line || !lines.includes(line)) return;
    lines[here]?.classList.remove("here");
    here = lines.indexOf(line);
    lines[here].classList.add("here");
  };
  addEventListener("hashchange", follow);
  const near = () => {
    if (here >= 0) return here;
    const found = lines.findIndex((line) => line.getBoundingClientRect().bottom > 120);
    return found < 0 ? 0 : found - 1;
  };

  // A sentence under the pointer is highlighted together with its counterpart.
  let lit = [];
  main?.addEventListener("pointerover", (event) => {
    const sentence = event.target.closest?.(".s");
    lit.forEach((each) => each.classList.remove("lit"));
    lit = sentence ? $$('.s[data-s="' + CSS.escape(sentence.dataset.s) + '"]', sentence.closest(".line") ?? main) : [];
    lit.forEach((each) => each.classList.add("lit"));
    if (panel && !panel.hidden) {
      const block = event.target.closest?.(".b");
      if (block) show(block);
    }
  });

  // The panel shows the page of a block with its box: on a picture of the page if there is one, else among the boxes
  // of the other blocks.
  const panel = $("#panel");
  const SVG = "http://www.w3.org/2000/svg";
  let shown = null;
  // Page and box of each region: a block may go on in another column or on the next page.
  const boxesOf = (block) => block.dataset.box.split(";").map((box) => box.split(" ").map(Number));
  function drawn(side, block, page) {
    const sizes = (main.dataset[side + "Sizes"] ?? "").split(",");
    const [width, height] = (sizes[page - 1] ?? "595 842").split(" ").map(Number);
    const figure = document.createElement("figure");
    const folder = main.dataset[side + "Pictures"];
    if (folder) {
      const picture = document.createElement("img");
      picture.src = folder + "/" + page + ".webp";
      picture.alt = "";
      picture.width = width;
      picture.height = height;
      picture.addEventListener("error", () => picture.remove());
      figure.append(picture);
    }
    const sheet = document.createElementNS(SVG, "svg");
    sheet.setAttribute("viewBox", "0 0 " + width + " " + height);
    sheet.setAttribute("class", "sheet");
    const boxes = $$(".cell." + side + " .b[data-box]").flatMap((each) => boxesOf(each)
      .filter(([own]) => own === page).map(([, ...box]) => [each === block, box]));
    for (const [same, [x0, top, x1, bottom]] of boxes.sort((a, b) => a[0] - b[0])) {
      const rect = document.createElementNS(SVG, "rect");
      rect.setAttribute("x", x0); rect.setAttribute("y", top);
      rect.setAttribute("width", Math.max(2, x1 - x0)); rect.setAttribute("height", Math.max(2, bottom - top));
      if (same) rect.setAttribute("class", "now");
      sheet.append(rect);
    }
    figure.append(sheet);
    return figure;
  }
  function show(block) {
    if (!block || block === shown) return;
    shown = block;
    const line = block.closest(".line");
    const heading = document.createElement("div");
    heading.className = "top";
    const label = document.createElement("span");
    const close = document.createElement("button");
    close.type = "button"; close.className = "quiet"; close.textContent = t("Close");
    close.addEventListener("click", hide);
    const figures = [];
    const pages = [];
    for (const side of ["ja", "en"]) {
      const own = block.closest(".cell")?.classList.contains(side) ? block : $(".cell." + side + " .b", line);
      if (!own) continue;
      const numbers = [...new Set(boxesOf(own).map(([page]) => page))];
      figures.push(...numbers.map((page) => drawn(side, own, page)));
      pages.push((side === "ja" ? "日本語 " : "English ") + numbers.map((page) => t("p. {}", page)).join(", "));
    }
    label.textContent = pages.join(" · ");
    heading.append(label, close);
    panel.replaceChildren(heading, ...figures);
    panel.hidden = false;
    $("#show-page")?.setAttribute("aria-expanded", "true");
  }
  function hide() {
    panel.hidden = true;
    shown = null;
    $("#show-page")?.setAttribute("aria-expanded", "false");
  }
  const togglePage = () => (panel.hidden ? show($(".b", lines[Math.max(0, near())] ?? main)) : hide());
  $("#show-page")?.addEventListener("click", togglePage);
  main?.addEventListener("click", (event) => {
    const page = event.target.closest?.("a.page");
    if (page && panel && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      show($(".b", page.parentElement));
    }
  });

  const nextFinding = () => {
    const from = near();
    const next = lines.findIndex((line, index) => index > from && line.classList.contains("marked"));
    go(next >= 0 ? next : lines.findIndex((line) => line.classList.contains("marked")));
  };
  $("#next-finding")?.addEventListener("click", nextFinding);

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input:not([type=checkbox], [type=radio]), textarea, select") || $("dialog[open]")) return;
    const keys = {
      j: () => go(near() + 1),
      k: () => go(Math.max(0, near() - 1)),
      n: nextFinding,
      p: () => panel && togglePage(),
      c: () => $("#cite")?.click(),
      t: () => theme?.click(),
      "/": () => window.openSearch?.(),
      "?": () => $("#keys").showModal(),
      Escape: () => panel && !panel.hidden && hide(),
    };
    if (keys[event.key]) {
      if (event.key !== "Escape") event.preventDefault();
      keys[event.key]();
    }
  });

  $("#help")?.addEventListener("click", () => $("#keys").showModal());
  window.currentLine = () => lines[near() < 0 ? 0 : near()];
  follow();

  // On paper everything is visible: folded parts are opened for the time of printing.
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = $$("main details:not([open], .left-out)");
    folded.forEach((each) => { each.open = true; });
  });
  addEventListener("afterprint", () => folded.forEach((each) => { each.open = false; }));

  // Mark the current heading in the table of contents.
  const links = new Map($$(".contents a").map((link) => [link.hash.slice(1), link]));
  if (links.size && "IntersectionObserver" in window) {
    let current = null;
    const observer = new IntersectionObserver((entries) => {
      for (const entry of entries) {
        const block = entry.isIntersecting && $$(".b", entry.target).find((each) => links.has(each.id));
        if (block) {
          current?.classList.remove("here");
          current = links.get(block.id);
          current.classList.add("here");
          if (matchMedia("(min-width: 75rem)").matches) {
            const list = current.closest("ol");
            list.scrollTop = current.offsetTop - list.offsetTop - list.clientHeight / 2;
          }
        }
      }
    }, { rootMargin: "-15% 0px -75% 0px" });
    $$(".part").forEach((part) => observer.observe(part));
  }
  if (matchMedia("(max-width: 74.99rem)").matches) $(".contents details")?.removeAttribute("open");
})();

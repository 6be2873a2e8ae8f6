// Finds records in the index below search/. Each of its parts is a script, because pages opened from disk may not fetch.
"use strict";
(() => {
  const { terms, compact, singular, fold, isJapanese, oneLetterApart } = window.searchTerms;
  const folder = document.currentScript.src.replace(/assets\/[^/]*$/, "search/");
  const KINDS = ["name", "title", "heading", "text", "table", "note"];
  const WEIGHTS = [6, 5, 2.5, 1, 1, 0.7]; // by kind: a word in a title says more than one in a note
  const LENGTHS = 8;
  const K1 = 1.2; // of BM25, with the usual values (Robertson and Zaragoza 2009)
  const B = 0.75;
  const AVERAGE_LENGTH = 32; // terms
  const LONGEST_NAME = 6; // words of a query that may be one name
  const LOOSE_PAIRS = 5; // pairs of Japanese characters from which on a wrong character is forgiven
  const LEAST_PREFIX = 2; // letters
  const MOST_ENDINGS = 60; // terms that one prefix stands for
  const DIGITS = [...Array(94).keys()].map((n) => String.fromCharCode(33 + n)).filter((c) => c !== '"' && c !== "\\");
  const VALUE = new Map(DIGITS.map((digit, number) => [digit, number]));
  const BASE = DIGITS.length / 2;

  const waiting = new Map();
  const loaded = new Map();
  window.searchPart = (name, data) => { waiting.get(name)?.(data); waiting.delete(name); };
  function load(name) {
    if (!loaded.has(name)) {
      loaded.set(name, new Promise((resolve, reject) => {
        waiting.set(name, resolve);
        const script = document.createElement("script");
        script.src = folder + name + ".js";
        script.addEventListener("load", () => script.remove());
        script.addEventListener("error", () => { loaded.delete(name); reject(new Error(script.src + " cannot be read")); });
        document.head.append(script);
      }));
    }
    return loaded.get(name);
  }

  function numbers(text) {
    const out = [];
    let last = -1;
    let value = 0;
    for (const character of text ?? "") {
      const digit = VALUE.get(character);
      if (digit >= BASE) value = (value + digit - BASE) * BASE;
      else { last += value + digit + 1; out.push(last); value = 0; }
    }
    return out;
  }

  // The last place in a sorted list whose value is not after the wanted one.
  function place(list, wanted, key = (each) => each) {
    let low = 0;
    let high = list.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (key(list[middle]) <= wanted) low = middle; else high = middle - 1;
    }
    return low;
  }

  async function postings(segment, term) {
    const head = await load(segment + "/head");
    const part = await load(segment + "/t" + place(head.terms, term));
    return numbers(Object.hasOwn(part, term) ? part[term] : "");
  }

  // All records with a term that begins so, at most a number of terms, the shortest first.
  async function beginnings(segment, prefix) {
    const head = await load(segment + "/head");
    const found = new Set();
    let matches = [];
    for (let number = place(head.terms, prefix); number < head.terms.length; number++) {
      if (head.terms[number] > prefix && !head.terms[number].startsWith(prefix)) break;
      const part = await load(segment + "/t" + number);
      matches.push(...Object.keys(part).filter((term) => term.startsWith(prefix)).map((term) => [term, part[term]]));
    }
    matches = matches.sort((a, b) => a[0].length - b[0].length).slice(0, MOST_ENDINGS);
    for (const [, text] of matches) numbers(text).forEach((record) => found.add(record));
    return [...found].sort((a, b) => a - b);
  }

  function intersect(a, b) {
    const other = new Set(b);
    return a.filter((each) => other.has(each));
  }

  // A query is a list of groups, and a record must match each group: by the terms of its words, or because it names
  // an entity that the words are a name of.
  function parse(text) {
    const words = [...fold(text).matchAll(/"([^"]*)"?|[^\s"]+/gu)]
      .map((match) => ({ words: match[1] ?? match[0], terms: terms(match[1] ?? match[0]).map(([term]) => term) }))
      .filter((word) => word.terms.length);
    const last = words.at(-1);
    if (last && !/["\s]$/u.test(text)) {
      const term = last.terms.at(-1);
      last.open = isJapanese(term) ? last.terms.length === 1 && [...term].length === 1 : term.length >= LEAST_PREFIX;
    }
    for (const word of words) {
      word.joined = /^[a-z0-9]+(-[a-z0-9]+)+$/.test(word.words) ? singular(word.words.replaceAll("-", "")) : null;
    }
    return words;
  }

  async function named(words, nameSegments) {
    const groups = [];
    for (let from = 0; from < words.length;) {
      let group = null;
      for (let to = Math.min(words.length, from + LONGEST_NAME); to > from && !group; to--) {
        const entities = new Map();
        const name = "=" + compact(words.slice(from, to).map((word) => word.words).join(""));
        for (const segment of nameSegments) {
          for (const record of await postings(segment, name)) {
            const row = await text(segment, record);
            entities.set(row.anchors[1], row.texts.flatMap((each) => each.split(" · ")).filter(Boolean));
          }
        }
        if (entities.size) group = { words: words.slice(from, to), entities };
      }
      groups.push(group ?? { words: [words[from]], entities: new Map() });
      from += groups.at(-1).words.length;
    }
    return groups;
  }

  async function wordRecords(segment, word, loose) {
    const lists = await Promise.all(word.terms.map((term, number) =>
      word.open && number === word.terms.length - 1 ? beginnings(segment, term) : postings(segment, term)));
    if (loose && word.terms.length >= LOOSE_PAIRS && word.terms.every(isJapanese)) {
      // One wrong character changes two pairs: all others must be there.
      const counts = new Map();
      lists.flat().forEach((record) => counts.set(record, (counts.get(record) ?? 0) + 1));
      return [...counts].filter(([, count]) => count >= lists.length - 2).map(([record]) => record).sort((a, b) => a - b);
    }
    const records = lists.sort((a, b) => a.length - b.length).reduce(intersect);
    if (!word.joined) return records;
    return [...new Set([...records, ...await postings(segment, word.joined)])].sort((a, b) => a - b);
  }

  async function groupRecords(segment, group, loose) {
    const lists = [];
    for (const word of group.words) lists.push(await wordRecords(segment, word, loose));
    const found = new Set(lists.sort((a, b) => a.length - b.length).reduce(intersect));
    for (const entity of group.entities.keys()) {
      (await postings(segment, "@" + entity)).forEach((record) => found.add(record));
    }
    return [...found];
  }

  async function text(segment, record) {
    const head = await load(segment + "/head");
    const part = place(head.texts, record);
    const { headings, rows } = await load(segment + "/x" + part);
    const [heading, ja, en, first, second, page] = rows[record - head.texts[part]];
    return { heading: headings[heading], texts: [ja, en], anchors: [first, second], page };
  }

  // Search one segment. Returns hits with scores, the best first; their texts are not loaded.
  async function segmentHits(segment, groups, filters, loose) {
    const [head, pages, meta] = await Promise.all(["/head", "/pages", "/meta"].map((part) => load(segment + part)));
    const lists = [];
    for (const group of groups) lists.push(await groupRecords(segment, group, loose));
    if (!lists.length) return [];
    const weights = lists.map((list) => Math.log(1 + (head.records - list.length + 0.5) / (list.length + 0.5)));
    const weight = weights.reduce((a, b) => a + b, 0);
    const labels = filters.label ? await load(segment + "/labels") : "";
    const hits = [];
    for (const record of lists.sort((a, b) => a.length - b.length).reduce(intersect)) {
      const value = VALUE.get(meta[record]);
      const kind = Math.floor(value / LENGTHS);
      const page = pages[place(pages, record, (each) => each[0])];
      const [, file, work, form, date, label, ja, en] = page;
      const year = date.slice(0, 4);
      if ((filters.kind && KINDS[kind] !== filters.kind) || (filters.work && work !== filters.work)
        || (filters.form && form !== filters.form) || (filters.from && !(year && year >= filters.from))
        || (filters.to && !(year && year <= filters.to))
        || (filters.label && !(VALUE.get(labels[record]) >> filters.label - 1 & 1))) continue;
      const length = 4 * 2 ** (value % LENGTHS);
      const score = WEIGHTS[kind] * weight * (K1 + 1) / (1 + K1 * (1 - B + B * length / AVERAGE_LENGTH));
      hits.push({ segment, record, score, kind: KINDS[kind], file, work, date, label, titles: [ja, en] });
    }
    return hits.sort((a, b) => b.score - a.score || a.record - b.record);
  }

  // The places in a text where a word stands: its terms one after the other.
  function wordPlaces(own, word, loose) {
    const out = [];
    const open = word.open ? word.terms.at(-1) : null;
    for (let at = 0; at + word.terms.length <= own.length; at++) {
      const fits = word.terms.every((term, number) => own[at + number][0] === term
        || (open !== null && number === word.terms.length - 1 && own[at + number][0].startsWith(open)));
      if (fits) out.push([own[at][1], own[at + word.terms.length - 1][2]]);
    }
    if (word.terms.length === 1 && !isJapanese(word.terms[0])) {
      // Written in two or three: red-teaming for redteaming.
      for (const length of [2, 3]) {
        for (let at = 0; at + length <= own.length; at++) {
          const run = own.slice(at, at + length);
          if (run.map(([term]) => term).join("") === word.terms[0]) out.push([run[0][1], run.at(-1)[2]]);
        }
      }
    }
    if (word.joined) own.filter(([term]) => term === word.joined).forEach(([, start, end]) => out.push([start, end]));
    if (loose && !out.length && word.terms.every(isJapanese)) {
      const wanted = compact(word.words);
      for (let at = 0; at < own.length; at++) {
        for (const length of [wanted.length - 1, wanted.length, wanted.length - 2]) {
          const run = own.slice(at, at + length);
          if (run.length < length || length < 1) continue;
          const found = run.map(([term]) => term[0]).join("") + run.at(-1)[0].slice(1);
          if (oneLetterApart(found, wanted)) { out.push([run[0][1], run.at(-1)[2]]); return out; }
        }
      }
    }
    return out;
  }

  // Letters that every text with a word has: all of a Japanese word, and others without the ending that is folded.
  function lettersOf(word) {
    if (!word.terms.every(isJapanese)) return word.terms.map((term) => term.replace(/y$/, "")).sort((a, b) => b.length - a.length)[0];
    return (word.terms[0] + word.terms.slice(1).map((term) => [...term].at(-1)).join("")).replaceAll("ー", "");
  }

  // Returns the marked places of each text, or null if the words of a group do not stand in the texts.
  function places(row, groups, loose) {
    // The same letters must stand there: this is quick to see, and few long texts with all pairs have the word.
    const letters = row.texts.map((text) => compact(text).replaceAll("ー", ""));
    const isThere = (word) => letters.some((text) => text.includes(word.letters ??= lettersOf(word)));
    if (!loose && groups.some((group) => !group.entities.size && !group.words.every(isThere))) return null;
    const own = row.texts.map(terms);
    const out = [[], []];
    for (const group of groups) {
      const names = [...group.entities.values()].flat()
        .map((name) => ({ words: name, terms: terms(name).map(([term]) => term) })).filter((word) => word.terms.length);
      let found = group.entities.size > 0;
      const each = group.words.map((word) => own.map((list) => wordPlaces(list, word, loose)));
      if (each.every((sides) => sides.some((side) => side.length))) {
        found = true;
        each.forEach((sides) => sides.forEach((side, number) => out[number].push(...side)));
      }
      names.forEach((word) => own.forEach((list, number) => out[number].push(...wordPlaces(list, word, false))));
      if (!found) return null;
    }
    return out;
  }

  // Words that occur nowhere are replaced by words that differ by one letter.
  async function corrected(words) {
    const { words: lengths } = await load("head");
    const replaced = [];
    for (const word of words) {
      for (const [number, term] of word.terms.entries()) {
        if (!/^[a-z]{4,}$/.test(term)) continue;
        const of = async (length) => lengths.includes(length) ? (await load("w" + length)).split(" ") : [];
        const near = [];
        for (const length of [term.length, term.length + 1, term.length - 1]) near.push(...await of(length));
        if (near.includes(term)) continue;
        let other = near.find((each) => oneLetterApart(each, term));
        // Two words without the space between them: redteaming.
        for (let at = LEAST_PREFIX; !other && at <= term.length - LEAST_PREFIX; at++) {
          const halves = [term.slice(0, at), singular(term.slice(at))];
          if ((await of(halves[0].length)).includes(halves[0]) && (await of(halves[1].length)).includes(halves[1])) other = halves.join(" ");
        }
        if (!other) continue;
        word.terms.splice(number, 1, ...other.split(" "));
        word.joined = null;
        word.words = word.words.replace(term, other);
        word.open = false;
        replaced.push(other);
      }
    }
    return replaced;
  }

  const EVERY = 400; // milliseconds between two reports

  // Find hits segment by segment. `report(hits, groups, done)` is called after each segment with hits, and at the end.
  async function find(query, filters, report, isCurrent) {
    const { segments } = await load("head");
    const nameSegments = segments.filter((each) => each.startsWith("n"));
    const words = parse(query);
    const run = async (loose) => {
      const groups = await named(words, nameSegments);
      let hits = [];
      let reported = -Infinity;
      for (const segment of segments) {
        const more = await segmentHits(segment, groups, filters, loose);
        if (!isCurrent()) return null;
        hits = hits.length ? [...hits, ...more].sort((a, b) => b.score - a.score) : more;
        if (more.length && segment !== segments.at(-1) && performance.now() - reported > EVERY) {
          await report(hits, { groups, loose, done: false });
          reported = performance.now();
        }
      }
      return { hits, groups, loose };
    };
    let result = await run(false);
    let replaced = [];
    if (result && !result.hits.length) {
      replaced = await corrected(words);
      result = await run(true);
    }
    if (result) await report(result.hits, { groups: result.groups, loose: result.loose, done: true, replaced });
  }

  window.searchIndex = { find, text, places, KINDS };
})();

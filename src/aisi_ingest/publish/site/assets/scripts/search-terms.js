// Cuts text into the terms of the search index, as search_terms.py does, and keeps the place of each term.
"use strict";
(() => {
  const JAPANESE = /[\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\u{20000}-\u{3ffff}]/u;
  const WORD = /[\p{L}\p{N}]/u;
  const LONG_VOWEL = /(?<=[ァ-ヺー]{2})ー+(?![ァ-ヺー])/gu;
  const lower = (text) => text.toLowerCase().replaceAll("ß", "ss").replaceAll("ς", "σ");
  const fold = (text) => lower(text.normalize("NFKC"));

  // The plural endings of English words, by the S-stemmer of Harman (1991).
  function singular(word) {
    if (!/^[\x00-\x7f]{2,}s$/.test(word)) return word;
    if (/ies$/.test(word) && !/[ea]ies$/.test(word)) return word.slice(0, -3) + "y";
    if (/es$/.test(word) && !/[aeo]es$/.test(word)) return word.slice(0, -1);
    return /[us]s$/.test(word) ? word : word.slice(0, -1);
  }

  // Folded characters, each with the place in the text that it comes from.
  function folded(text) {
    const characters = [];
    let at = 0;
    for (const character of text) {
      for (const each of fold(character)) characters.push([each, at, at + character.length]);
      at += character.length;
    }
    const joined = characters.map(([each]) => each).join("");
    const dropped = new Set();
    for (const match of joined.matchAll(LONG_VOWEL)) {
      const first = [...joined.slice(0, match.index)].length;
      for (let number = 0; number < match[0].length; number++) dropped.add(first + number);
    }
    return characters.filter((_, number) => !dropped.has(number));
  }

  // Terms with their places: [term, start, end]. `next` is true if the term follows the one before in the same run.
  function terms(text) {
    const out = [];
    let run = [];
    let japanese = false;
    const close = () => {
      if (!run.length) return;
      const word = (from, to) => run.slice(from, to).map(([each]) => each).join("");
      if (japanese) {
        for (let number = 0; number < Math.max(1, run.length - 1); number++) {
          const end = Math.min(number + 2, run.length);
          out.push([word(number, end), run[number][1], run[end - 1][2]]);
        }
      } else out.push([singular(word(0, run.length)), run[0][1], run.at(-1)[2]]);
      run = [];
    };
    for (const character of folded(text)) {
      if (!WORD.test(character[0])) { close(); continue; }
      const now = JAPANESE.test(character[0]);
      if (run.length && now !== japanese) close();
      japanese = now;
      run.push(character);
    }
    close();
    return out;
  }

  const compact = (text) => (fold(text).match(/[\p{L}\p{N}]+/gu) ?? []).join("");
  const isJapanese = (term) => JAPANESE.test(term);

  // True if one letter added, left out, replaced or exchanged with its neighbour turns one word into the other.
  function oneLetterApart(a, b) {
    if (a === b || Math.abs(a.length - b.length) > 1) return a === b;
    let start = 0;
    while (start < a.length && a[start] === b[start]) start++;
    const [restA, restB] = [a.slice(start), b.slice(start)];
    return restA.slice(1) === restB.slice(1) || restA.slice(1) === restB || restA === restB.slice(1)
      || (restA[0] === restB[1] && restA[1] === restB[0] && restA.slice(2) === restB.slice(2));
  }

  window.searchTerms = { terms, fold, singular, compact, isJapanese, oneLetterApart };
})();

// The language of the interface: English in the files, Japanese by this dictionary. The key is the English text.
"use strict";
(() => {
  const JAPANESE = {
    "Aligned": "対応づけ",
    "All kinds": "すべての種類",
    "All kinds of text": "すべての種類の文章",
    "All severities": "すべての重要度",
    "All works": "すべての著作",
    "All {} names": "固有名 {} 件をすべて見る",
    "Any confidence": "確信度を問わない",
    "Back to the text": "本文へ戻る",
    "Blocks with a counterpart": "対応先のあるブロック",
    "Both": "両方",
    "Changes since {}": "{}からの変更",
    "Citation": "引用",
    "Cite": "引用",
    "Cite this text": "この文章を引用",
    "Close": "閉じる",
    "Confidence": "確信度",
    "Contents": "目次",
    "Copied.": "コピーしました。",
    "Copy the citation": "引用をコピー",
    "Copy the link": "リンクをコピー",
    "Edition {}": "第{}版",
    "Editions": "版",
    "English": "英語",
    "English only": "英語のみ",
    "Feed": "フィード",
    "Filter names": "固有名を絞り込む",
    "Finding": "指摘",
    "Findings": "指摘",
    "First in this work": "まずこの著作から",
    "Go to it": "その箇所へ",
    "Headings": "見出し",
    "Hidden on the page": "ページ上で見えない文字",
    "In the newer edition": "新しい版で見る",
    "In the older edition": "古い版で見る",
    "Its parts": "下部組織",
    "Japanese": "日本語",
    "Japanese only": "日本語のみ",
    "Keys": "キー操作",
    "Keys (?)": "キー操作 (?)",
    "Kind of document": "文書の種類",
    "Kind of finding": "指摘の種類",
    "Kind of text": "文章の種類",
    "Languages": "言語",
    "Left out of the text: running heads, page numbers, hidden text": "本文から除いたもの：柱、ページ番号、見えない文字",
    "Light or dark": "明るい・暗い表示",
    "Light or dark (t)": "明るい・暗い表示 (t)",
    "Link to the text: it stays valid while the text is unchanged": "文章へのリンク（文章が変わらないかぎり有効）",
    "Marked names and dates": "印をつける固有名と日付",
    "Mentions": "言及",
    "Most mentioned": "よく出てくる固有名",
    "Named in the same lines": "同じ箇所に出てくる固有名",
    "Name": "固有名",
    "Names": "固有名",
    "Names in the text": "文章中の固有名",
    "Next finding": "次の指摘",
    "No names were found in these documents.": "これらの文書に固有名は見つかりませんでした。",
    "No text could be read from this document.": "この文書から文字を読み取れませんでした。",
    "Note": "注",
    "Notes": "注",
    "Nothing found as typed. Shown: {}": "入力どおりでは見つかりません。次の語の結果：{}",
    "Nothing found in this work": "この著作では見つかりません",
    "Nothing found.": "見つかりませんでした。",
    "Page": "ページ",
    "Page {}": "{}ページ",
    "Pages whose text could not be read": "文字を読み取れなかったページ",
    "Pages without text": "文字のないページ",
    "Part of": "上部組織",
    "Press Ctrl+C to copy.": "Ctrl+C でコピーしてください。",
    "Publications on AI safety": "AIセーフティの出版物",
    "Read from a picture by OCR": "画像からOCRで読み取った文字",
    "Read side by side in Japanese and English: aligned, tagged, compared.": "日本語と英語を並べて読む。対応づけ、固有名、食い違いつき。",
    "Report": "報告書",
    "Reports": "報告書",
    "Reports and slides": "報告書とスライド",
    "Search": "検索",
    "Search (/)": "検索 (/)",
    "Search in both languages: 評価, red teaming, NIST …": "日本語でも英語でも検索：評価、red teaming、NIST …",
    "Search the text, titles and names in both languages": "本文・題名・固有名を日本語と英語で検索",
    "Sections:": "節：",
    "Severity": "重要度",
    "Show more": "さらに表示",
    "Show the page (p)": "ページを表示 (p)",
    "Site": "サイト",
    "Skip to the text": "本文へ移動",
    "Slides": "スライド",
    "Speaker’s notes": "発表者のノート",
    "Struck out": "取り消し線",
    "Succeeded by": "後継",
    "Successor of": "前身",
    "Table": "表",
    "Tables": "表",
    "Text": "本文",
    "Heading": "見出し",
    "The search index cannot be read: {}": "検索の索引を読めません：{}",
    "The text of this link changed after the release {}. What changed:": "このリンクの文章は、リリース {} のあとで変わりました。変更点：",
    "The text of this link is no longer on this page. In the release {} it was:": "このリンクの文章は、もうこのページにありません。リリース {} では次の文章でした：",
    "The text of this link is not on this page.": "このリンクの文章は、このページにありません。",
    "The text was extracted from the publishers’ files automatically and edited. The originals are authoritative.": "文章は発行者のファイルから自動で抽出し、編集したものです。正確な内容は原典を確認してください。",
    "These two editions have the same text.": "二つの版の文章は同じです。",
    "Timeline": "年表",
    "Titles": "題名",
    "Underlined": "下線",
    "View": "表示",
    "With any names or none": "固有名を問わない",
    "Work": "著作",
    "Works": "著作",
    "about {} places": "約 {} 件",
    "against": "に対して",
    "aligned": "対応",
    "also": "別名：",
    "at least {} %": "{} % 以上",
    "cite the block": "そのブロックを引用",
    "close": "閉じる",
    "documents": "文書",
    "finding": "件の指摘",
    "findings": "件の指摘",
    "from year": "開始年",
    "high": "高",
    "in {} document": "（{} 文書）",
    "in {} documents": "（{} 文書）",
    "light or dark": "明るい・暗い表示",
    "low": "低",
    "medium": "中",
    "no edition named": "版の記載なし",
    "names": "固有名",
    "next finding": "次の指摘",
    "next line": "次の行",
    "only in the newer edition": "新しい版だけにある",
    "only in the older edition": "古い版だけにある",
    "original at {}": "{} の原典",
    "p. {}": "{}ページ",
    "pages": "ページ",
    "previous line": "前の行",
    "report": "報告書",
    "search": "検索",
    "show the page with the block’s box": "ブロックの枠とともにページを表示",
    "slides": "スライド",
    "this list": "この一覧",
    "to choose": "で選ぶ",
    "to search": "で検索",
    "to year": "終了年",
    "undated": "日付なし",
    "words in this order": "この順の語",
    "works": "著作",
    "{} % of {} blocks": "{1} ブロックの {0} %",
    "{} finding": "指摘 {} 件",
    "{} findings": "指摘 {} 件",
    "{} in English only": "英語のみ {} 件",
    "{} in Japanese only": "日本語のみ {} 件",
    "{} mention": "言及 {} 件",
    "{} mentions": "言及 {} 件",
    "{} more": "ほか {} 件",
    "{} name": "固有名 {} 件",
    "{} names": "固有名 {} 件",
    "{} of {} shown": "{1} 件のうち {0} 件を表示",
    "{} pages": "{} ページ",
    "{} place": "{} 件",
    "{} places": "{} 件",
    "{} pp.": "{} ページ",
    "{} slides": "スライド {} 枚",
    "{} without text": "文字なし {}",
    "Organisation": "組織",
    "Organisations": "組織",
    "Person": "人物",
    "People": "人物",
    "Guide or law": "指針・法令",
    "Guides and laws": "指針・法令",
    "Event": "行事",
    "Events": "行事",
    "Place": "地名",
    "Places": "地名",
    "Dates": "日付",
    "Not in English": "英語にない",
    "Not in Japanese": "日本語にない",
    "Not translated": "未翻訳",
    "Dates differ": "日付の違い",
    "Numbers differ": "数値の違い",
    "Names differ": "固有名の違い",
    "Added": "追加",
    "Removed": "削除",
    "Moved": "移動",
    "Changed": "変更",
    "added": "追加",
    "removed": "削除",
    "moved": "移動",
    "changed": "変更",
  };
  const root = document.documentElement;
  const ATTRIBUTES = ["title", "placeholder", "aria-label", "label"];
  let stored = null;
  try { stored = localStorage.getItem("viewer.language"); } catch { /* not allowed in a private window */ }
  const english = new WeakMap(); // element to its English text and attributes

  function t(text, ...values) {
    let number = 0; // {} is the next value, {1} the second one
    return (t.lang === "ja" ? JAPANESE[text] ?? text : text)
      .replace(/\{(\d?)\}/g, (_, place) => values[place === "" ? number++ : Number(place)] ?? "");
  }
  t.lang = stored ?? (/^ja\b/.test(navigator.language) ? "ja" : "en");

  // `data-t` names the attributes to translate; if it is empty, the text is translated. `data-key` is the text with
  // places for the values in `data-values`.
  function apply() {
    root.lang = t.lang;
    for (const element of document.querySelectorAll("[data-t]")) {
      const names = element.dataset.t.split(" ").filter(Boolean);
      if (!english.has(element)) {
        english.set(element, { text: element.dataset.key ?? element.textContent, ...Object.fromEntries(names.map((name) => [name, element.getAttribute(name)])) });
      }
      const original = english.get(element);
      if (!names.length) element.textContent = t(original.text, ...(element.dataset.values?.split("|") ?? []));
      names.filter((name) => ATTRIBUTES.includes(name)).forEach((name) => element.setAttribute(name, t(original[name])));
    }
    const button = document.querySelector("#language");
    if (button) {
      button.textContent = t.lang === "ja" ? "English" : "日本語";
      button.lang = t.lang === "ja" ? "en" : "ja";
    }
  }
  t.apply = apply;
  t.choose = (lang) => {
    t.lang = lang;
    try { localStorage.setItem("viewer.language", t.lang); } catch { /* not allowed in a private window */ }
    apply();
    document.dispatchEvent(new Event("languagechange"));
  };
  window.t = t;
})();

"use strict";
// The review page. Every text enters the page by textContent; an answer counts as saved when the server has said so.
(function () {
  var DATA = JSON.parse(document.getElementById("data").textContent);
  var CODES = DATA.codes;
  var BY_CODE = {}, BY_KEY = {};
  var SECONDARY_MAX = 3, AHEAD = 5, RETRY_MS = 1500;
  CODES.forEach(function (code) {
    BY_CODE[code.code] = code;
    if (code.key) BY_KEY[code.key] = code;
  });

  var language = recall("language") === "en" ? "en" : "zh";
  var coder = null;      // who answers
  var order = [];        // numbers of the items, in the order of the queue
  var answers = {};      // item -> what this coder says of it: the server's word, or ours where it is unsaved
  var cards = {};        // item -> what is shown of it
  var current = null;    // the item on the page
  var secondary = [];    // second labels chosen for it
  var gain = null, last = null;
  var outbox = [];       // answers the server has not acknowledged, the oldest first
  var sending = false, trouble = "", said = "", everSaved = false;

  function $(id) { return document.getElementById(id); }

  function recall(key) {
    try { return window.localStorage.getItem("qztopics-" + key); } catch (error) { return null; }
  }

  function keep(key, value) {
    try { window.localStorage.setItem("qztopics-" + key, value); } catch (error) { /* private windows have none */ }
  }

  function say(key, given) {
    return DATA.words[language][key].replace(/\{(\w+)\}/g, function (whole, name) {
      return given && name in given ? String(given[name]) : whole;
    });
  }

  function nameOf(code) { return code in BY_CODE ? BY_CODE[code][language] : code; }

  function percent(share) { return (100 * share).toFixed(1) + "%"; }

  function element(tag, className, text) {
    var made = document.createElement(tag);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  }

  // --- the server ---------------------------------------------------------------------------------------------------

  function ask(path) {
    return fetch(path, { cache: "no-store", credentials: "same-origin" }).then(understood);
  }

  function send(path, body) {
    return fetch(path, {
      method: "POST",
      credentials: "same-origin",
      headers: { "Content-Type": "application/json", "X-Qztopics-Review": "1" },
      body: JSON.stringify(body)
    }).then(understood);
  }

  function understood(response) {
    return response.json().then(
      function (body) { return { status: response.status, body: body }; },
      function () { return { status: response.status, body: {} }; }
    );
  }

  function withCoder(path) { return path + (path.indexOf("?") < 0 ? "?" : "&") + "coder=" + encodeURIComponent(coder); }

  function requestName() {
    var bytes = new Uint8Array(16);
    window.crypto.getRandomValues(bytes);
    return Array.from(bytes, function (byte) { return byte.toString(16).padStart(2, "0"); }).join("");
  }

  function waiting(item) { return outbox.some(function (entry) { return entry.body.item === item; }); }

  function take(progress) {
    order = progress.items.map(function (line) { return line[0]; });
    progress.items.forEach(function (line) {
      var known = answers[line[0]];
      if (waiting(line[0])) return;
      if (!known || known.version !== line[1]) answers[line[0]] = { version: line[1], action: line[2], partial: line[1] > 0 };
    });
    last = progress.last;
    gain = progress.gain;
  }

  // Send what waits, one after the other: an answer may rest on the one before.
  function pump() {
    if (sending || !outbox.length) return;
    sending = true;
    var entry = outbox[0];
    send(entry.path, entry.body).then(function (reply) {
      sending = false;
      if (reply.status === 200) {
        outbox.shift();
        trouble = "";
        everSaved = true;
        if (!waiting(entry.body.item)) answers[entry.body.item] = reply.body.answer;
        take(reply.body.progress);
        if (entry.then) entry.then();
        showState();
        if (entry.body.item === current) showAnswer();
        pump();
      } else if (reply.status === 409) {
        var lost = outbox.filter(function (other) { return other.body.item === entry.body.item; });
        outbox = outbox.filter(function (other) { return other.body.item !== entry.body.item; });
        trouble = "";
        answers[entry.body.item] = reply.body.present;
        if (entry.path === "/api/answer") showConflict(lost[lost.length - 1].body, reply.body.present);
        showState();
        if (entry.body.item === current) showItem();
        pump();
      } else if (reply.status === 401 || reply.status === 507 || reply.status >= 500) {
        trouble = reply.status === 401 ? "entry" : "storage";
        later();
      } else {
        var item = entry.body.item;
        outbox = outbox.filter(function (other) { return other.body.item !== item; });
        trouble = "rejected";
        delete answers[item];
        delete cards[item];
        showState();
        go(item);
      }
    }, function () {
      sending = false;
      trouble = "offline";
      later();
    });
    showState();
  }

  function later() {
    showState();
    window.setTimeout(pump, RETRY_MS);
  }

  function fetchItem(item) {
    if (cards[item] && answers[item] && !answers[item].partial) return Promise.resolve();
    return ask(withCoder("/api/item/" + item)).then(function (reply) {
      if (reply.status !== 200) throw new Error("status " + reply.status);
      cards[item] = reply.body.card;
      if (!waiting(item)) answers[item] = reply.body.answer;
    });
  }

  // --- answering ----------------------------------------------------------------------------------------------------

  function answer(code) {
    var card = cards[current], before = answers[current];
    if (!card || !before) return;
    var further = code === null ? [] : secondary.filter(function (other) { return other !== code; });
    var body = {
      item: current, coder: coder, version: before.version, code: code, secondary: further,
      note: $("note").value.trim(), request: requestName()
    };
    outbox.push({ path: "/api/answer", body: body });
    answers[current] = {
      version: before.version + 1,
      action: code === null ? "skip" : code === card.proposed ? "accept" : "change",
      code: code, secondary: further, note: body.note, unsaved: true
    };
    said = "";
    pump();
    advance();
  }

  function advance() {
    var start = order.indexOf(current), n = order.length;
    for (var step = 1; step <= n; step++) {
      var item = order[(start + step) % n];
      if (!answers[item] || !answers[item].action) return go(item);
    }
    said = "finished";
    return go(current);
  }

  function undo() {
    if (outbox.length) return tell("wait_undo");
    if (!last) return tell("nothing_to_undo");
    var item = last[0];
    outbox.push({
      path: "/api/undo",
      body: { item: item, coder: coder, version: last[1], request: requestName() },
      then: function () { said = "undone"; go(item); }
    });
    pump();
  }

  function toggleSecondary(code) {
    var card = cards[current];
    if (!card) return;
    if (secondary.indexOf(code) >= 0) {
      secondary = secondary.filter(function (other) { return other !== code; });
    } else if (secondary.length >= SECONDARY_MAX) {
      return tell("too_many");
    } else {
      secondary = secondary.concat([code]);
    }
    showSecondary();
    showCodes();
  }

  function tell(key) {
    said = key;
    showAnswer();
  }

  // --- moving -------------------------------------------------------------------------------------------------------

  function go(item) {
    current = item;
    var ready = cards[item] && answers[item] && !answers[item].partial;
    if (!ready) showLoading();
    fetchItem(item).then(function () {
      if (!outbox.length) trouble = "";
      showState();
      if (current === item) showItem();
      ahead();
    }, function (error) {
      trouble = error.message === "status 401" ? "entry" : "offline";
      showState();
      window.setTimeout(function () { if (current === item) go(item); }, RETRY_MS);
    });
  }

  function ahead() {
    var start = order.indexOf(current);
    order.slice(start + 1, start + 1 + AHEAD).reduce(function (before, item) {
      return before.then(function () { return fetchItem(item); });
    }, Promise.resolve()).catch(function () { /* it is asked for again when it is needed */ });
  }

  function move(step) {
    var next = order.indexOf(current) + step;
    if (next >= 0 && next < order.length) {
      said = "";
      go(order[next]);
    }
  }

  // --- showing ------------------------------------------------------------------------------------------------------

  function showLoading() {
    $("heading").textContent = say("loading");
    ["why", "meta", "headline", "proposed", "probability", "runner-up", "definition", "answer"].forEach(function (id) { $(id).textContent = ""; });
    ["before", "passage", "after", "secondary"].forEach(function (id) { $(id).replaceChildren(); });
    $("hand").hidden = true;
    $("keep").hidden = true;
    $("why").hidden = true;
  }

  function why(card) {
    var reason = card.reason.split(": ");
    return say("why_" + reason[0], { name: reason[1] ? nameOf(reason[1]) : "" });
  }

  function showItem() {
    var card = cards[current], now = answers[current];
    if (!card || !now) return;
    secondary = (now.secondary || []).slice();
    $("note").value = now.note || "";
    $("filter").value = "";
    $("passage").replaceChildren.apply($("passage"), card.pieces.map(function (piece) {
      return piece[1] ? element("mark", "", piece[0]) : document.createTextNode(piece[0]);
    }));
    $("headline").textContent = card.headline;
    [["before", card.before], ["after", card.after]].forEach(function (side) {
      $(side[0]).replaceChildren.apply($(side[0]), side[1].map(function (line) { return element("p", line[0] ? "heading" : "", line[1]); }));
      $(side[0]).hidden = !side[1].length;
    });
    showWords();
    window.scrollTo(0, 0);
    if (card.proposed in lines) $("choosing").scrollTop = lines[card.proposed].offsetTop - $("choosing").clientHeight / 2;
    $("heading").focus({ preventScroll: true });
  }

  function showWords() {
    var card = cards[current];
    if (!card) return;
    var spans = card.spans.map(function (span) { return span[0] + "–" + span[1]; }).join(language === "zh" ? "、" : ", ");
    $("heading").textContent = say("heading", { n: order.indexOf(current) + 1, all: order.length });
    $("why").textContent = why(card);
    $("why").hidden = false;
    $("meta").textContent = card.meta.concat([say("place", { source: card.source, spans: spans })]).join(" · ");
    $("proposed").textContent = nameOf(card.proposed);
    $("probability").textContent = say("probability", { p: percent(card.probability) });
    $("runner-up").textContent = card.runner_up ? say("runner_up", { name: nameOf(card.runner_up), p: percent(card.runner_up_probability || 0) }) : "";
    $("definition").textContent = card.proposed in BY_CODE ? BY_CODE[card.proposed].definition : "";
    $("hand").hidden = !card.hand;
    $("keep").hidden = !card.hand;
    $("hand").textContent = card.hand ? say("hand", { name: nameOf(card.hand), other: nameOf(card.proposed) }) : "";
    $("previous").disabled = order.indexOf(current) <= 0;
    $("following").disabled = order.indexOf(current) >= order.length - 1;
    showSecondary();
    showCodes();
    showAnswer();
  }

  function inWords(now) {
    if (!now || !now.action) return say("nothing");
    var text = say("answer_" + now.action, { name: now.code ? nameOf(now.code) : "" });
    if (now.secondary && now.secondary.length) text += say("answer_secondary", { names: now.secondary.map(nameOf).join(language === "zh" ? "、" : ", ") });
    return text;
  }

  function showAnswer() {
    var now = answers[current];
    var text = now && now.action ? inWords(now) + (waiting(current) ? say("answer_unsaved") : "") : say("answer_none");
    if (said) text = say(said) + (said === "finished" ? " " + say("finished_more") : " " + text);
    $("answer").textContent = cards[current] ? text : "";
  }

  function showSecondary() {
    var parts = [element("span", "", say("secondary"))];
    if (!secondary.length) parts.push(element("span", "", say("secondary_none")));
    secondary.forEach(function (code) {
      var button = element("button", "", nameOf(code) + " ×");
      button.type = "button";
      button.setAttribute("aria-label", say("remove", { name: nameOf(code) }));
      button.addEventListener("click", function () { toggleSecondary(code); $("heading").focus({ preventScroll: true }); });
      parts.push(button);
    });
    $("secondary").replaceChildren.apply($("secondary"), parts);
  }

  function matches() {
    var wanted = $("filter").value.trim().toLowerCase();
    return CODES.filter(function (code) {
      return !wanted || [code.code, code.zh, code.en].some(function (text) { return text.toLowerCase().indexOf(wanted) >= 0; });
    });
  }

  var lines = {};

  function makeCodes() {
    CODES.forEach(function (code) {
      var line = element("li"), choose = element("button", "choose"), second = element("button", "second", "+");
      choose.type = second.type = "button";
      choose.appendChild(code.key ? element("kbd", "", code.key.toUpperCase()) : element("span"));
      choose.appendChild(element("span", "name"));
      choose.appendChild(element("span", "words")).lang = "zh-CN";
      if (code.key) choose.setAttribute("aria-keyshortcuts", code.key.toUpperCase());
      choose.addEventListener("click", function () { answer(code.code); });
      second.addEventListener("click", function () { toggleSecondary(code.code); });
      line.append(choose, second);
      lines[code.code] = line;
      $("codes").appendChild(line);
    });
  }

  function showCodes() {
    var found = matches(), card = cards[current], now = answers[current];
    CODES.forEach(function (code) {
      var line = lines[code.code], second = line.querySelector(".second");
      line.hidden = found.indexOf(code) < 0;
      line.classList.toggle("is-proposed", !!card && card.proposed === code.code);
      line.classList.toggle("is-answer", !!now && now.code === code.code);
      line.querySelector(".name").textContent = code[language];
      line.querySelector(".words").textContent = code.definition;
      second.setAttribute("aria-pressed", String(secondary.indexOf(code.code) >= 0));
      second.setAttribute("aria-label", say("set_secondary", { name: code[language] }));
      second.title = say("set_secondary", { name: code[language] });
    });
    $("none-found").hidden = found.length > 0;
  }

  function points(width) { return (100 * width).toFixed(2); }

  function showState() {
    var tally = { accept: 0, change: 0, skip: 0 };
    order.forEach(function (item) { if (answers[item] && answers[item].action) tally[answers[item].action] += 1; });
    var done = tally.accept + tally.change + tally.skip, n = outbox.length;
    $("bar").max = Math.max(order.length, 1);
    $("bar").value = done;
    $("counts").textContent = say("counts", { done: done, all: order.length, accept: tally.accept, change: tally.change, skip: tally.skip });
    $("gain").textContent = !gain ? say("gain_none") : gain.now === null
      ? say("gain_first", { fresh: gain.fresh, then: points(gain.then) })
      : say("gain", { now: points(gain.now), labels: gain.n_labels, fresh: gain.fresh, so_far: points(gain.so_far), then: points(gain.then) });
    var state = !n ? (everSaved ? "saved" : "ready") : trouble ? "unsaved" : "saving";
    $("save").className = "save" + (state === "saved" ? " good" : state === "unsaved" ? " bad" : "");
    setText($("save"), say(state, { n: n }));
    $("alert").hidden = !trouble;
    var idle = !n && trouble + "_idle" in DATA.words[language];
    setText($("alert"), trouble ? say(trouble + (idle ? "_idle" : ""), { n: n }) : "");
    $("undo").disabled = !last && !n;
  }

  // Live regions speak when they change, so equal text is left alone.
  function setText(node, text) { if (node.textContent !== text) node.textContent = text; }

  function translate() {
    document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
    document.title = say("title") + " · " + document.body.dataset.model;
    document.querySelectorAll("[data-t]").forEach(function (node) { node.textContent = say(node.dataset.t); });
    document.querySelectorAll("[data-t-label]").forEach(function (node) { node.setAttribute("aria-label", say(node.dataset.tLabel)); });
    document.querySelectorAll("[data-t-placeholder]").forEach(function (node) { node.placeholder = say(node.dataset.tPlaceholder); });
    $("language").textContent = say("switch");
    $("language").lang = language === "zh" ? "en" : "zh-CN";
    $("language").setAttribute("aria-label", say("switch_label"));
    if (coder) {
      $("coder").textContent = coder;
      $("coder").setAttribute("aria-label", say("coder_label", { name: coder }));
      $("coder").title = say("coder_label", { name: coder });
      showState();
      showWords();
    }
  }

  // --- dialogs ------------------------------------------------------------------------------------------------------

  function showConflict(mine, present) {
    var dialog = $("conflict-dialog"), card = cards[mine.item];
    $("conflict-why").textContent = say("conflict_why", { n: order.indexOf(mine.item) + 1 });
    $("conflict-there").textContent = inWords(present);
    $("conflict-here").textContent = inWords({
      action: mine.code === null ? "skip" : card && mine.code === card.proposed ? "accept" : "change",
      code: mine.code, secondary: mine.secondary
    });
    dialog.onclose = function () {
      if (dialog.returnValue === "mine") {
        var body = Object.assign({}, mine, { version: present.version, request: requestName() });
        outbox.push({ path: "/api/answer", body: body, then: function () { if (current === mine.item) showItem(); } });
        pump();
      }
    };
    dialog.returnValue = "keep";
    if (!dialog.open) dialog.showModal();
  }

  function askCoder() {
    $("coder-name").value = coder || "";
    $("coder-bad").hidden = true;
    $("coder-dialog").showModal();
  }

  $("coder-dialog").addEventListener("cancel", function (event) { if (!coder) event.preventDefault(); });

  $("coder-dialog").querySelector("form").addEventListener("submit", function (event) {
    event.preventDefault();
    var name = $("coder-name").value.trim();
    if (!name) return;
    ask("/api/progress?coder=" + encodeURIComponent(name)).then(function (reply) {
      if (reply.status !== 200) {
        $("coder-bad").hidden = reply.status !== 400;
        if (reply.status === 401) { trouble = "entry"; showState(); }
        return;
      }
      coder = reply.body.coder;
      answers = {};
      cards = {};
      said = "";
      trouble = "";
      everSaved = false;
      take(reply.body);
      try { window.sessionStorage.setItem("qztopics-coder", coder); } catch (error) { /* asked again then */ }
      $("coder-dialog").close();
      $("coder").hidden = false;
      $("main").hidden = false;
      translate();
      begin();
    }, function () { trouble = "offline"; showState(); });
  });

  function begin() {
    if (!order.length) {
      $("main").hidden = true;
      $("alert").hidden = false;
      $("alert").textContent = say("finished") + " " + say("finished_more");
      return;
    }
    var first = order.find(function (item) { return !answers[item].action; });
    if (first === undefined) said = "finished";
    go(first === undefined ? order[0] : first);
  }

  // --- hands --------------------------------------------------------------------------------------------------------

  function accept() { if (cards[current]) answer(cards[current].proposed); }
  function keepHand() { if (cards[current] && cards[current].hand) answer(cards[current].hand); }
  function skip() { if (cards[current]) answer(null); }

  [["accept", accept], ["keep", keepHand], ["skip", skip], ["undo", undo],
    ["previous", function () { move(-1); }], ["following", function () { move(1); }],
    ["help", function () { $("help-dialog").showModal(); }],
    ["coder", function () { if (outbox.length) tell("wait_undo"); else askCoder(); }],
    ["language", function () { language = language === "zh" ? "en" : "zh"; keep("language", language); translate(); }]
  ].forEach(function (pair) { $(pair[0]).addEventListener("click", pair[1]); });

  $("filter").addEventListener("input", showCodes);
  $("definitions").addEventListener("change", function () { $("codes").classList.toggle("full", $("definitions").checked); });
  $("single-keys").checked = recall("single-keys") !== "off";
  $("single-keys").addEventListener("change", function () { keep("single-keys", $("single-keys").checked ? "on" : "off"); });

  // The letter or digit of a key, also while an input method for Chinese is on or Shift is held.
  function keyOf(event) {
    var code = /^(?:Key|Digit|Numpad)([A-Z0-9])$/.exec(event.code || "");
    if (/^[a-z]$/i.test(event.key)) return event.key.toLowerCase();
    return code ? code[1].toLowerCase() : event.key;
  }

  function inField(event) {
    var field = event.target;
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Escape") {
      if (field === $("filter")) { field.value = ""; showCodes(); }
      field.blur();
      $("heading").focus({ preventScroll: true });
    } else if (event.key === "Enter" && field === $("filter")) {
      event.preventDefault();
      var found = matches();
      if (field.value.trim() && found.length) {
        if (event.shiftKey) { toggleSecondary(found[0].code); field.value = ""; showCodes(); } else answer(found[0].code);
      }
    } else if (event.key === "Enter" && field === $("note")) {
      event.preventDefault();
      $("heading").focus({ preventScroll: true });
    }
  }

  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.altKey || event.metaKey || document.querySelector("dialog[open]") || !coder) return;
    var target = event.target;
    if (target instanceof HTMLInputElement && target.type !== "checkbox") return inField(event);
    if (event.key === "ArrowLeft") { event.preventDefault(); return move(-1); }
    if (event.key === "ArrowRight") { event.preventDefault(); return move(1); }
    if (event.repeat) return;
    if (event.key === "Enter" || event.key === " ") {
      if (target.closest("button, a, input, summary")) return;
      event.preventDefault();
      return accept();
    }
    if (!$("single-keys").checked) return;
    var key = keyOf(event);
    if (event.key === "?" || event.key === "？" || (event.code === "Slash" && event.shiftKey)) {
      event.preventDefault();
      return $("help-dialog").showModal();
    }
    if (event.key === "/" || event.code === "Slash") { event.preventDefault(); return $("filter").focus(); }
    if (key in BY_KEY) {
      event.preventDefault();
      return event.shiftKey ? toggleSecondary(BY_KEY[key].code) : answer(BY_KEY[key].code);
    }
    if (event.shiftKey) return;
    if (key === "s") skip();
    else if (key === "u") undo();
    else if (key === "k") keepHand();
    else if (key === "n") { event.preventDefault(); $("note").focus(); }
  });

  window.addEventListener("beforeunload", function (event) {
    if (outbox.length) {
      event.preventDefault();
      event.returnValue = "";
    }
  });

  window.addEventListener("online", pump);

  makeCodes();
  translate();
  $("coder-name").value = "";
  askCoder();
  try {
    var before = window.sessionStorage.getItem("qztopics-coder");
    if (before) {
      $("coder-name").value = before;
      $("coder-dialog").querySelector("form").requestSubmit();
    }
  } catch (error) { /* the name is asked then */ }
})();

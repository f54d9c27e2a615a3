// Filter, search, copy, and everything open on paper. The report reads whole without any of it.
(function () {
  "use strict";
  var all = function (selector) { return Array.prototype.slice.call(document.querySelectorAll(selector)); };

  all(".pick").forEach(function (choice) {
    choice.addEventListener("change", function () { document.documentElement.lang = choice.value; });
    if (choice.checked) { document.documentElement.lang = choice.value; }
  });

  var closed = [];
  function open() {
    closed = closed.concat(all("details:not([open])"));
    closed.forEach(function (one) { one.open = true; });
  }
  function restore() {
    closed.forEach(function (one) { one.open = false; });
    closed = [];
  }
  window.addEventListener("beforeprint", open);
  window.addEventListener("afterprint", restore);

  function reveal() {
    var found = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (var one = found; one; one = one.parentElement) {
      if (one.tagName === "DETAILS") { one.open = true; }
    }
    if (found) { found.scrollIntoView(); }
  }
  window.addEventListener("hashchange", reveal);
  if (location.hash) { reveal(); }

  function copy(node) {
    var selection = window.getSelection();
    var range = document.createRange();
    range.selectNodeContents(node);
    selection.removeAllRanges();
    selection.addRange(range);
    document.execCommand("copy");
    selection.removeAllRanges();
  }
  all(".piece pre").forEach(function (node) {
    var button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = "⧉";
    button.setAttribute("aria-label", "copy");
    button.addEventListener("click", function () { copy(node); });
    node.parentNode.insertBefore(button, node.nextSibling);
  });

  var tools = document.querySelector(".tools");
  if (!tools) { return; }
  tools.hidden = false;
  var search = document.getElementById("search");
  var items = all(".finding, .folded tr[id]");
  function wanted() {
    var names = {};
    all(".want").forEach(function (box) { names[box.value] = box.checked; });
    return names;
  }
  function matches(item, names, words) {
    var holder = item.closest("[data-severity]");
    if (!names[holder.getAttribute("data-severity")]) { return false; }
    if (!words) { return true; }
    var group = item.closest(".group");
    var text = item.textContent + " " + item.id + " " + group.querySelector(".meta").textContent + group.firstElementChild.textContent;
    return text.toLowerCase().indexOf(words) !== -1;
  }
  function filter() {
    var names = wanted();
    var words = search.value.trim().toLowerCase();
    var shown = 0;
    items.forEach(function (item) {
      var show = matches(item, names, words);
      item.hidden = !show;
      shown += show ? 1 : 0;
    });
    all(".findings .group").forEach(function (group) {
      group.hidden = !group.querySelector(".finding:not([hidden]), .folded tr[id]:not([hidden])");
    });
    document.getElementById("shown").textContent = shown + " / " + items.length;
  }
  search.addEventListener("input", filter);
  all(".want").forEach(function (box) { box.addEventListener("change", filter); });
  document.getElementById("open-all").addEventListener("click", function () {
    all("details").forEach(function (one) { one.open = true; });
  });
  document.getElementById("print").addEventListener("click", function () { window.print(); });
})();

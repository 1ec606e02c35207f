// The index of rules: shows only the rules of a family, an effect, or with a fix. The choice is in the address, so that
// it can be linked: rules/index.html?effect=stuck
(function () {
  function start() {
    var tables = Array.prototype.slice.call(document.querySelectorAll(".md-content table"));
    var rows = [];
    tables.forEach(function (table) {
      var head = Array.prototype.map.call(table.querySelectorAll("thead th"), function (cell) { return cell.textContent.trim(); });
      var effect = head.indexOf("effect"), fix = head.indexOf("fix");
      if (head[0] !== "rule" || effect < 0 || fix < 0) return;
      var heading = headingOf(table);
      Array.prototype.forEach.call(table.querySelectorAll("tbody tr"), function (row) {
        rows.push({
          row: row, table: table, heading: heading,
          family: heading ? heading.id : "",
          effect: row.cells[effect].textContent.trim(),
          fix: row.cells[fix].textContent.trim() || "none",
          text: row.textContent.toLowerCase()
        });
      });
    });
    if (!rows.length || document.querySelector(".rule-filters")) return;

    var query = new URLSearchParams(location.search);
    var bar = document.createElement("form");
    bar.className = "rule-filters";
    bar.addEventListener("submit", function (event) { event.preventDefault(); });
    var inputs = ["effect", "family", "fix"].map(function (name) {
      var values = [];
      rows.forEach(function (entry) { if (values.indexOf(entry[name]) < 0) values.push(entry[name]); });
      var select = document.createElement("select");
      select.name = name;
      select.add(new Option("any", ""));
      values.forEach(function (value) { select.add(new Option(value, value)); });
      select.value = query.get(name) || "";
      if (select.selectedIndex < 0) select.value = "";
      return labelled(bar, name, select);
    });
    var words = document.createElement("input");
    words.type = "search";
    words.name = "words";
    words.value = query.get("words") || "";
    inputs.push(labelled(bar, "words", words));
    var count = document.createElement("output");
    bar.appendChild(count);
    var before = document.querySelector(".md-content h1 ~ p") || document.querySelector(".md-content h1");
    before.parentNode.insertBefore(bar, before.nextSibling);
    bar.addEventListener("input", function () { apply(true); });
    apply(false);

    function apply(changed) {
      var shown = 0, kept = [];
      var chosen = {};
      inputs.forEach(function (input) { chosen[input.name] = input.value.trim(); });
      rows.forEach(function (entry) {
        var fits = ["effect", "family", "fix"].every(function (name) { return !chosen[name] || entry[name] === chosen[name]; }) &&
          chosen.words.toLowerCase().split(/\s+/).every(function (word) { return entry.text.indexOf(word) >= 0; });
        entry.row.hidden = !fits;
        if (fits) { shown += 1; kept.push(entry.table); }
      });
      rows.forEach(function (entry) { hide(entry, kept.indexOf(entry.table) < 0); });
      count.textContent = (shown || "none") + " of " + rows.length + " rules";
      if (!changed) return;
      var next = new URLSearchParams();
      Object.keys(chosen).forEach(function (name) { if (chosen[name]) next.set(name, chosen[name]); });
      try {
        history.replaceState(null, "", location.pathname + (String(next) ? "?" + next : "") + location.hash);
      } catch (error) { /* pages opened from a file can't change their address */ }
    }
  }

  function labelled(bar, name, input) {
    var label = document.createElement("label");
    label.appendChild(document.createTextNode(name + " "));
    label.appendChild(input);
    bar.appendChild(label);
    return input;
  }

  function headingOf(table) {
    var element = wrapped(table);
    while (element && element.tagName !== "H2") element = element.previousElementSibling;
    return element;
  }

  function wrapped(table) {
    var element = table;
    while (element.parentElement && !element.parentElement.querySelector("h1, h2")) element = element.parentElement;
    return element;
  }

  function hide(entry, hidden) {
    for (var element = wrapped(entry.table); element; element = element.previousElementSibling) {
      element.hidden = hidden;
      if (element === entry.heading) break;
    }
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();

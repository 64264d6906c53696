// The status page: asks /status every few seconds and shows it. Everything from the daemon is put in
// as text, never as markup.
"use strict";

const REFRESH_MS = 5000;
const WELL = new Set(["starting", "walking", "resting", "done", "idle", "active"]);
const HALF_MS = 30000; // a rate is that of the last half to whole minute

const byId = (id) => document.getElementById(id);

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function drawing(name, attributes) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

const number = (value) => Number(value).toLocaleString("en");

function bytes(value) {
  const units = ["bytes", "KiB", "MiB", "GiB", "TiB"];
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) { value /= 1024; unit++; }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

function span(seconds) {
  if (seconds < 0 || seconds === undefined) return "not known";
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 172800) return `${Math.floor(seconds / 3600)} h ${Math.floor(seconds % 3600 / 60)} min`;
  return `${Math.floor(seconds / 86400)} days`;
}

function ago(time, now) {
  return time === null || time === undefined ? "never" : `${span(Math.max(0, Math.round((Date.parse(now) - Date.parse(time)) / 1000)))} ago`;
}

function list(pairs) {
  const made = element("dl");
  for (const [term, value] of pairs) made.append(element("dt", {}, term), element("dd", {}, value));
  return made;
}

function card(name, state, isIll, pairs, error) {
  const made = element("article", {class: "card"},
    element("header", {}, element("h3", {}, name),
      element("span", {class: "state", "data-state": isIll ? "ill" : "well"}, state)),
    list(pairs));
  if (error) made.append(element("p", {class: "error"}, error));
  return made;
}

function sourceCard(source, now) {
  if (source.state === undefined)
    return card(source.name, "does not run", true, [], "see the problem above");
  const range = source.window_latest ? `${source.window_oldest ?? "the start"} to ${source.window_latest}` : "none is open";
  return card(source.name, source.state, !WELL.has(source.state), [
    ["lag", span(source.lag_seconds)],
    ["read up to", source.checkpoint ?? "nothing yet"],
    ["last success", ago(source.last_success, now)],
    ["window", range],
    ["entries stored", number(source.entries.stored)],
    ["seen before", number(source.entries.duplicates)],
    ["shown late", `${number(source.entries.late)} (at most ${span(source.entries.worst_lateness_seconds)})`],
    ["calls left", number(source.calls_left)],
  ], source.last_error);
}

// How fast outputs deliver takes two looks: the daemon counts from its start.
const rates = {uptime: 0, outputs: new Map()};

function noteRates(status) {
  const now = performance.now();
  if (status.uptime_seconds < rates.uptime) rates.outputs.clear(); // another process
  rates.uptime = status.uptime_seconds;
  for (const output of status.outputs) {
    const mark = {time: now, delivered: output.delivered};
    const rate = rates.outputs.get(output.name);
    if (rate === undefined || output.delivered < rate.last.delivered) {
      rates.outputs.set(output.name, {base: mark, next: mark, last: mark});
      continue;
    }
    if (now - rate.next.time >= HALF_MS) { rate.base = rate.next; rate.next = mark; }
    rate.last = mark;
  }
}

function rateOf(name) {
  const {base, last} = rates.outputs.get(name);
  const seconds = (last.time - base.time) / 1000;
  if (seconds <= 0) return "known at the next look";
  const rate = (last.delivered - base.delivered) / seconds;
  return `${rate < 100 ? rate.toFixed(1) : number(Math.round(rate))} a second, over ${span(Math.ceil(seconds))}`;
}

function outputCard(output) {
  const entries = output.sources.reduce((sum, each) => sum + each.backlog_entries, 0);
  const size = output.sources.reduce((sum, each) => sum + each.backlog_bytes, 0);
  return card(output.name, output.state, !WELL.has(output.state), [
    ["backlog", entries === 0 ? "nothing waits" : `${number(entries)} entries, ${bytes(size)}`],
    ["rate", rateOf(output.name)],
    ["delivered", number(output.delivered)],
    ["batches sent again", number(output.retries)],
    ["dead letters", number(output.dead_letters)],
  ], output.last_error);
}

function storeCard(store) {
  const share = store.max_bytes > 0 ? store.live_bytes / store.max_bytes : 0;
  const meter = element("meter", {min: 0, max: 1, high: 0.8, value: share, "aria-label": "share of the store in use"});
  const made = card("undelivered", store.disk_full ? "disk full" : "well", store.disk_full, [
    ["in use", `${bytes(store.live_bytes)} of ${bytes(store.max_bytes)}`],
    ["in open windows", bytes(store.open_bytes)],
  ]);
  made.append(meter);
  return made;
}

function knownRuns(values) {
  const runs = [];
  values.forEach((value, at) => {
    if (value < 0) return;
    if (at === 0 || values[at - 1] < 0) runs.push([]);
    runs.at(-1).push({value, at});
  });
  return runs;
}

// A step in which nothing was known, such as one before the daemon began, has a value below zero, and is left open.
function plot(id, values, step, describe, asBars) {
  const figure = byId(id);
  const caption = figure.querySelector("figcaption");
  const isOpen = figure.querySelector("details")?.open ?? false;
  const highest = Math.max(...values);
  const most = Math.max(1, highest);
  const width = values.length, height = 100;
  const svg = drawing("svg", {viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none", role: "img",
    "aria-label": `${caption.textContent}: at most ${describe(highest)}, now ${describe(values.at(-1))}`});
  svg.append(drawing("line", {class: "axis", x1: 0, x2: width, y1: height, y2: height}));
  if (asBars) {
    values.forEach((value, at) => {
      const size = value / most * (height - 4);
      if (value > 0) svg.append(drawing("rect", {class: "bar", x: at, width: 0.9, y: height - size, height: size}));
    });
  } else {
    for (const run of knownRuns(values)) {
      const points = run.flatMap(({value, at}) => {
        const y = (height - value / most * (height - 4)).toFixed(1);
        return [`${at},${y}`, `${at + 1},${y}`];
      });
      svg.append(drawing("polyline", {class: "curve", points: points.join(" ")}));
    }
  }
  const hours = values.length * step / 3600;
  const scale = element("div", {class: "scale", "aria-hidden": "true"},
    element("span", {}, `${hours} h ago`), element("span", {}, `at most ${describe(highest)}`), element("span", {}, "now"));
  figure.replaceChildren(caption, svg, scale, hourTable(values, step, describe, asBars, isOpen));
}

// The same in numbers, by the hour: for those who cannot see the plot, and those who want to copy it.
function hourTable(values, step, describe, isSum, isOpen) {
  const perHour = 3600 / step;
  const rows = [];
  for (let end = values.length; end > 0; end -= perHour) {
    const hour = values.slice(Math.max(0, end - perHour), end);
    const value = isSum ? hour.reduce((sum, each) => sum + each, 0) : Math.max(...hour);
    rows.push(element("tr", {}, element("th", {scope: "row"}, `${rows.length + 1} h`), element("td", {}, describe(value))));
  }
  const made = element("details", {}, element("summary", {}, "by the hour"),
    element("table", {}, element("tbody", {}, ...rows)));
  made.open = isOpen;
  return made;
}

function show(status) {
  const health = byId("health");
  const text = status.problem ?? "All sources and outputs are well";
  if (health.textContent !== text) health.textContent = text; // a screen reader tells changes alone
  health.dataset.state = status.problem === null ? "well" : "ill";
  document.title = `${status.problem === null ? "" : "! "}slackauditd`;
  byId("facts").textContent = `Version ${status.version}, up ${span(status.uptime_seconds)}, as of ${status.time}`;
  byId("sources").replaceChildren(...status.sources.map((source) => sourceCard(source, status.time)));
  noteRates(status);
  byId("outputs").replaceChildren(...status.outputs.map(outputCard));
  byId("store").replaceChildren(storeCard(status.store));
  const departed = byId("departed");
  departed.hidden = status.departed.length === 0;
  departed.lastElementChild.replaceChildren(...status.departed.map((each) => card(`output ${each.output}`, "kept", false, [
    ["from source", each.source], ["backlog", `${number(each.backlog_entries)} entries, ${bytes(each.backlog_bytes)}`]])));
  plot("plot-entries", status.history.entries, status.history.step_seconds, number, true);
  plot("plot-lag", status.history.lag_seconds, status.history.step_seconds, span, false);
}

async function refresh() {
  try {
    const answer = await fetch("/status", {headers: {Accept: "application/json"}, cache: "no-store"});
    if (!answer.ok) throw new Error(`the daemon answered ${answer.status}`);
    show(await answer.json());
  } catch (error) {
    const health = byId("health");
    health.dataset.state = "lost";
    health.textContent = `The daemon cannot be reached: ${error.message}. What stands below may be old.`;
  }
  document.body.dataset.refreshed = "true";
  setTimeout(refreshWhenSeen, REFRESH_MS);
}

// A page that nobody looks at asks nothing.
function refreshWhenSeen() {
  if (!document.hidden) refresh();
  else document.addEventListener("visibilitychange", refreshWhenSeen, {once: true});
}

refresh();

// The page's one state, and the walk through it. Views read the state and set it; none speaks to another.
// `select` and the walk are what clicks and keys call; `shown` is derived: the selected cutout and its similar ones.
(function (hd) {
  "use strict";

  const state = { selected: null, hovered: null, subset: null, leaveOutOverlapping: false, shown: null };
  const listeners = [];

  function set(changes) {
    const changed = Object.keys(changes).filter((key) => state[key] !== changes[key]);
    if (!changed.length) return;
    Object.assign(state, changes);
    for (const { keys, listener } of listeners) {
      if (keys.some((key) => changed.includes(key))) listener(state);
    }
  }

  function on(keys, listener) {
    listeners.push({ keys, listener });
  }

  // The walk lives in the browser's own history, so that its back button works as well. `depth` says where we are.
  let depth = 0;
  let deepest = 0;
  const visited = new Set();

  function address(row) {
    // A page inside a notebook's frame has no address of its own.
    return location.protocol === "about:" ? undefined : row === null ? "#" : `#row=${row}`;
  }

  function arrive(row) {
    if (row !== null) visited.add(row);
    document.body.toggleAttribute("data-hd-selected", row !== null);
    if (row !== null) document.body.dataset.hdSelected = String(row);
    set({ selected: row, hovered: null });
  }

  function go(row) {
    if (row === state.selected) return;
    depth += 1;
    deepest = depth;
    history.pushState({ row, depth }, "", address(row));
    arrive(row);
  }

  function select(row) {
    if (!Number.isInteger(row) || row < 0 || row >= hd.data.n) {
      throw new RangeError(`there is no row ${row}; rows are 0 to ${hd.data.n - 1}`);
    }
    go(row);
  }

  function reset() {
    visited.clear();
    go(null);
  }

  function startWalk() {
    const asked = /^#row=(\d+)$/.exec(location.hash);
    const row = asked && Number(asked[1]) < hd.data.n ? Number(asked[1]) : null;
    history.replaceState({ row, depth: 0 }, "", address(row));
    window.addEventListener("popstate", (event) => {
      depth = event.state?.depth ?? 0;
      arrive(event.state?.row ?? null);
    });
    arrive(row);
  }

  // What went wrong, where people see it.
  function complain(text) {
    const place = document.getElementById("hd-trouble");
    place.textContent = text;
    place.hidden = false;
  }

  Object.assign(hd, {
    complain, state, set, on, select, reset, visited, startWalk,
    canGoBack: () => depth > 0,
    canGoForward: () => depth < deepest,
    back: () => depth > 0 && history.back(),
    forward: () => depth < deepest && history.forward(),
  });
})((window.hubbleDash = {}));

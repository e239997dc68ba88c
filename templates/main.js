// Puts the page together: theme, buttons, keys, the derived `shown`, and the views.
(function (hd) {
  "use strict";

  const root = document.documentElement;
  const themeListeners = [];
  hd.onTheme = (listener) => themeListeners.push(listener);

  function setTheme(theme) {
    root.dataset.theme = theme;
    themeListeners.forEach((listener) => listener());
  }

  function openTheme() {
    const system = matchMedia("(prefers-color-scheme: dark)");
    let chosen = null;
    setTheme(system.matches ? "dark" : "light");
    system.addEventListener("change", () => chosen ?? setTheme(system.matches ? "dark" : "light"));
    document.getElementById("hd-theme").addEventListener("click", () => {
      chosen = root.dataset.theme === "dark" ? "light" : "dark";
      setTheme(chosen);
    });
  }

  // `shown` follows `selected` and the overlap switch; an answer that comes too late is dropped.
  async function derive({ selected, leaveOutOverlapping }) {
    if (selected === null) return hd.set({ shown: null });
    const [cutout, similar] = await Promise.all([
      hd.data.cutout(selected), hd.data.similar(selected, { leaveOutOverlapping }),
    ]);
    if (hd.state.selected === selected && hd.state.leaveOutOverlapping === leaveOutOverlapping) {
      hd.set({ shown: { cutout, similar } });
    }
  }

  function openButtons() {
    const button = (id) => document.getElementById(id);
    const about = button("hd-about");
    button("hd-back").addEventListener("click", hd.back);
    button("hd-forward").addEventListener("click", hd.forward);
    button("hd-reset").addEventListener("click", hd.reset);
    button("hd-about-open").addEventListener("click", () => about.showModal());
    button("hd-model").addEventListener("click", () => about.showModal());
    button("hd-overlap").addEventListener("change", (event) => hd.set({ leaveOutOverlapping: event.target.checked }));
    hd.on(["selected"], () => {
      button("hd-back").disabled = !hd.canGoBack();
      button("hd-forward").disabled = !hd.canGoForward();
    });
    const { element } = hd;
    button("hd-provenance").append(
      ...hd.data.provenance.map(([name, text]) => element("tr", {}, element("td", {}, name), element("td", {}, text))),
    );
    if (hd.data.notes.length) {
      button("hd-about-open").textContent = `About · ${hd.data.notes.length} note${hd.data.notes.length > 1 ? "s" : ""}`;
      button("hd-notes").append(
        element("h2", {}, "Notes"), element("ul", {}, ...hd.data.notes.map((text) => element("li", {}, text))),
      );
    }
  }

  const KEYS = {
    Escape: () => hd.reset(),
    ArrowLeft: () => hd.back(),
    ArrowRight: () => {
      const similar = hd.state.shown?.similar ?? [];
      const next = similar.find(({ row }) => !hd.visited.has(row)) ?? similar[0];
      if (next) hd.select(next.row);
    },
    ArrowDown: () => step(1),
    ArrowUp: () => step(-1),
    Enter: () => hd.state.hovered !== null && hd.select(hd.state.hovered),
  };

  function step(by) {
    const rows = (hd.state.shown?.similar ?? []).map(({ row }) => row);
    if (!rows.length) return;
    const at = rows.indexOf(hd.state.hovered);
    hd.set({ hovered: rows[at < 0 ? (by > 0 ? 0 : rows.length - 1) : (at + by + rows.length) % rows.length] });
  }

  function openKeys() {
    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
      if (event.target.closest?.("select")) return; // which has keys of its own
      const onControl = event.target.closest?.("button, input, a");
      if (event.key === "Enter" && onControl) return;
      const digit = /^[1-9]$/.test(event.key) && hd.state.shown?.similar[Number(event.key) - 1];
      const action = digit ? () => hd.select(digit.row) : KEYS[event.key];
      if (!action) return;
      event.preventDefault();
      action();
    });
  }

  async function start() {
    openTheme();
    openButtons();
    openKeys();
    hd.openGallery();
    hd.on(["selected", "leaveOutOverlapping"], derive);
    hd.startWalk();
    await Promise.all([hd.openMap(), hd.openImage(), hd.data.hasSky ? hd.openSky() : null]);
    // What was selected while the plots were being made is drawn now.
    const { shown } = hd.state;
    hd.set({ shown: null });
    hd.set({ shown });
    document.body.dataset.hdReady = "";
  }

  hd.ready = start();
})(window.hubbleDash);

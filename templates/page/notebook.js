// The page in a notebook: a frame of its own, and what goes between it and the kernel. In: the page, a row, a query, tags from Python. Out:
// the selected row, the rows of the subset and the tags, whenever the page changes them. anywidget calls `render` for each cell.

const isSame = (one, other) => JSON.stringify(one) === JSON.stringify(other);

/** Tags by row, as pairs. */
const pairs = (tags) => Array.from(tags ?? []).flatMap((tag, row) => (tag ? [[row, tag]] : []));

/** What the page says to Python. */
function tell(page, say) {
  page.on(["selected"], ({ selected }) => say("selected", selected));
  page.on(["subset"], async ({ subset }) => {
    const rows = subset ? await page.rows() : null;
    if (subset === page.state.subset) say("rows", rows);
  });
  page.on(["tags"], ({ tags }) => say("tagged", pairs(tags)));
}

/** What Python says to the page; what it knows already changes nothing. */
function follow(page, model, say) {
  const select = () => {
    const row = model.get("selected");
    if (row === page.state.selected) return;
    if (row === null) page.reset();
    else page.select(row);
  };
  const ask = () => {
    const [text] = model.get("asked");
    if (text !== undefined) page.filter(text ? [{ id: "query", kind: "query", text }] : []);
  };
  const tag = () => {
    if (!isSame(model.get("tagged"), pairs(page.state.tags))) page.tag(model.get("tagged"));
  };
  model.on("change:selected", select);
  model.on("change:asked", ask);
  model.on("change:tagged", tag);
  select();
  ask();
  if (model.get("tagged").length) tag();
  else say("tagged", pairs(page.state.tags)); // of an earlier visit
  return () => {
    model.off("change:selected", select);
    model.off("change:asked", ask);
    model.off("change:tagged", tag);
  };
}

function render({ model, el }) {
  const frame = document.createElement("iframe");
  frame.sandbox = "allow-scripts allow-same-origin allow-downloads allow-popups";
  frame.style = `display: block; width: 100%; height: ${model.get("height")}px; border: 0`;
  frame.title = model.get("title");
  let stop = () => {};
  const say = (name, value) => {
    if (isSame(model.get(name), value)) return;
    model.set(name, value);
    model.save_changes();
  };
  frame.addEventListener("load", async () => {
    const page = frame.contentWindow.hubbleDash;
    await page.ready;
    tell(page, say);
    stop = follow(page, model, say);
  });
  frame.srcdoc = model.get("page");
  el.append(frame);
  return () => stop();
}

export default { render };

// What we use of BokehJS, which stands in the page as `window.Bokeh`.

export interface Signal {
  connect(slot: () => void): void;
}

export interface Model {
  properties: Record<string, { change: Signal }>;
}

export interface Range extends Model {
  start: number;
  end: number;
  setv(values: { start: number; end: number }): void;
}

export interface Figure extends Model {
  /** Of many points Bokeh draws but some for a moment after `interactive_start`. */
  document: { interactive_start(figure: Figure): void } | null;
  inner_width: number;
  inner_height: number;
  x_range: Range;
  y_range: Range;
}

export type Columns = Record<string, ArrayLike<unknown>>;

export interface DataSource extends Model {
  data: Columns;
}

export interface Filter extends Model {
  indices?: number[];
}

export interface Renderer extends Model {
  visible: boolean;
  view: { filter: Filter };
  glyph: { size: { value: number }; background_fill_color: { value: string } };
  data_source: DataSource;
}

/** An event of a plot: its place in data units and in pixels of the plot, or, by a script, the new ranges. */
export type PlotEvent = PointerPlotEvent | RangesPlotEvent;

export interface PointerPlotEvent {
  event_name: "tap" | "mousemove" | "mouseleave";
  x: number;
  y: number;
  sx: number;
  sy: number;
}

export interface RangesPlotEvent {
  event_name: "rangesupdate";
  x0: number;
  x1: number;
  y0: number;
  y1: number;
}

/** A figure as a text, as `bokeh.embed.json_item` gives it. */
export type Item = Record<string, unknown>;

export interface BokehDocument {
  get_model_by_name(name: string): Model | null;
}

declare global {
  interface Window {
    Bokeh?: {
      documents: BokehDocument[];
      Models: { get(name: "IndexFilter"): new (properties: object) => Filter };
      embed: { embed_item(item: Item, target: string): Promise<unknown> };
    };
    /** What the page offers to the files of pieces and to scripts. */
    hubbleDash: object;
  }
}

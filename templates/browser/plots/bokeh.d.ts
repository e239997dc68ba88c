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
  inner_width: number;
  inner_height: number;
  x_range: Range;
  y_range: Range;
}

export type Columns = Record<string, ArrayLike<unknown>>;

export interface DataSource extends Model {
  data: Columns;
}

export interface Renderer extends Model {
  visible: boolean;
  glyph: { size: { value: number } };
  data_source: DataSource;
}

/** An event of a plot: its place in data units and in pixels of the canvas, or the new ranges. */
export interface PlotEvent {
  event_name: "tap" | "doubletap" | "mousemove" | "mouseleave" | "rangesupdate";
  x: number;
  y: number;
  sx: number;
  sy: number;
  x0: number;
  x1: number;
  y0: number;
  y1: number;
}

export interface BokehDocument {
  get_model_by_name(name: string): Model | null;
}

declare global {
  interface Window {
    Bokeh?: { documents: BokehDocument[] };
    /** What the page offers to Bokeh's events, to the files of pieces and to scripts. */
    hubbleDash: object;
  }
}

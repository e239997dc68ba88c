// A thread beside the page's own. In: functions that need nothing but one another, arrays to keep there, jobs. Out: promises of what
// comes of them. The thread is made of the functions' text, as a page from a disk can load none; where there is no such thread the
// same runs in the page.

/**
 * @typedef {Map<string, any>} Held what was given, by key
 * @typedef {(held: Held, asked: any) => any} Job its arrays go back without a copy
 * @typedef {{ id: number, job: string, asked: any, resolve: (found: any) => void, reject: (error: Error) => void }} Waiting
 */

/**
 * What the thread does.
 *
 * @param {Record<string, Job>} jobs
 */
function serve(jobs) {
  /** @type {Held} */
  const held = new Map();
  const buffersOf = (/** @type {any} */ found) => (
    Object.values(found ?? {}).filter((value) => ArrayBuffer.isView(value)).map((value) => value.buffer)
  );
  self.onmessage = ({ data }) => {
    if ("key" in data) {
      if (data.value === null) held.delete(data.key);
      else held.set(data.key, data.value);
      return;
    }
    const { id, job, asked } = data;
    try {
      const found = jobs[job](held, asked);
      self.postMessage({ id, found }, { transfer: buffersOf(found) });
    } catch (error) {
      self.postMessage({ id, error: String(error) });
    }
  };
}

/**
 * The text of the thread.
 *
 * @param {Record<string, Job>} jobs
 * @param {Function[]} helpers that they call
 */
export const threadText = (jobs, helpers) => [
  '"use strict";', ...helpers.map(String), ...Object.values(jobs).map(String),
  `(${serve})({ ${Object.entries(jobs).map(([name, job]) => `${name}: ${job.name}`).join(", ")} });`,
].join("\n");

/** @param {string} text */
function startThread(text) {
  const address = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  try {
    return new Worker(address);
  } catch {
    return null; // a policy forbids it
  } finally {
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
  }
}

export class Background {
  /**
   * @param {Record<string, Job>} jobs
   * @param {Function[]} helpers that they call
   * @param {(text: string) => Worker | null} [start]
   */
  constructor(jobs, helpers, start = startThread) {
    this.jobs = jobs;
    /** @type {Held} */
    this.held = new Map();
    /** @type {Map<number, Waiting>} */
    this.waiting = new Map();
    this.last = 0;
    this.thread = start(threadText(jobs, helpers));
    if (!this.thread) return;
    this.thread.onmessage = ({ data }) => this.answer(data);
    this.thread.onerror = () => this.goOnHere();
  }

  /**
   * Keep something there; what is there already under the key goes.
   *
   * @param {string} key
   * @param {any} value plain data and typed arrays; null for nothing
   */
  give(key, value) {
    if (this.held.get(key) === value) return;
    if (value === null) this.held.delete(key);
    else this.held.set(key, value);
    this.thread?.postMessage({ key, value });
  }

  /**
   * @param {string} job
   * @param {any} asked plain data and typed arrays
   * @returns {Promise<any>}
   */
  ask(job, asked) {
    return new Promise((resolve, reject) => {
      const waiting = { id: ++this.last, job, asked, resolve, reject };
      this.waiting.set(waiting.id, waiting);
      if (this.thread) this.thread.postMessage({ id: waiting.id, job, asked });
      else this.doHere(waiting);
    });
  }

  /** @param {{ id: number, found?: any, error?: string }} answer */
  answer({ id, found, error }) {
    const waiting = this.waiting.get(id);
    this.waiting.delete(id);
    if (error === undefined) waiting?.resolve(found);
    else waiting?.reject(new Error(error));
  }

  /** @param {Waiting} waiting */
  doHere({ id, job, asked }) {
    setTimeout(() => {
      try {
        this.answer({ id, found: this.jobs[job](this.held, asked) });
      } catch (error) {
        this.answer({ id, error: String(error) });
      }
    });
  }

  // The thread could not start: a policy may say so only now.
  goOnHere() {
    this.thread = null;
    for (const waiting of this.waiting.values()) this.doHere(waiting);
  }
}

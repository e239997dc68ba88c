// Work that takes longer than it is until it is wanted again. In: wishes. Out: the work done for the latest of them, one after another.

export class Latest {
  /** @param {() => Promise<unknown>} work is called anew as long as somebody has wanted it since it began */
  constructor(work) {
    this.work = work;
    this.isWanted = false;
    this.isRunning = false;
  }

  async want() {
    this.isWanted = true;
    if (this.isRunning) return;
    this.isRunning = true;
    try {
      while (this.isWanted) {
        this.isWanted = false;
        await this.work();
      }
    } finally {
      this.isRunning = false; // also where it failed
    }
  }

  /** What has begun goes on; nothing more begins. */
  stop() {
    this.isWanted = false;
  }
}

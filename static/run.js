/** One run: requests to the server that has sent the page, and one clock for all of them. */

/** How many connections to one server a browser opens over HTTP/1.1. */
const CONNECTIONS = 6;
/** What a browser takes to send a request that it does not hold back: over HTTP/2 it holds none. */
const SENDING_MS = 50;

export class Run {
  /** `kind`, `name`, `from`; when it has ended also `to`, `sent` and, if so, `failure`. */
  requests = [];
  /** When the last was answered. */
  ended;
  #zero = performance.now();
  #open = new Set();
  #stop = new AbortController();
  #began;

  /** `began` is called with each request; what it returns, with the request when that has ended. */
  constructor(began) {
    this.#began = began;
    performance.clearResourceTimings();
  }

  now() {
    return this.ended ?? performance.now() - this.#zero;
  }

  get stopped() {
    return this.#stop.signal.aborted;
  }

  get underWay() {
    return this.#open.size;
  }

  /** Those that were answered. */
  answered(kind) {
    return this.requests.filter((request) =>
      request.to !== undefined && request.failure === undefined &&
      (kind === undefined || request.kind === kind)
    );
  }

  /** Gives up what is under way. */
  stop() {
    this.#stop.abort();
  }

  /** Sends a request, and resolves when it has ended; never rejects. */
  ask(kind, path) {
    const number = 1 + this.requests.filter((request) => request.kind === kind).length;
    const request = { kind, name: `${kind} ${number}`, from: this.now() };
    this.requests.push(request);
    const hasEnded = this.#began(request);
    const isHeld = this.#open.size >= CONNECTIONS;
    // Each has an address of its own, by which the browser tells when it was sent.
    const url = new URL(`${path}${kind}=${number}`, location.href).href;
    const ended = this.#fetch(url).then((failure) => {
      request.failure = failure;
      request.to = this.now();
      request.sent = isHeld ? this.#sent(url, request.from) : request.from;
      this.#open.delete(ended);
      hasEnded(request);
    });
    this.#open.add(ended);
    return ended;
  }

  /** Resolves when nothing is under way. */
  async settled() {
    while (this.#open.size > 0) await Promise.all(this.#open);
    this.ended = this.now();
  }

  /** What has gone wrong, if something has. */
  async #fetch(url) {
    try {
      const response = await fetch(url, { cache: "no-store", signal: this.#stop.signal });
      await response.arrayBuffer();
      return response.ok ? undefined : String(response.status);
    } catch {
      return this.stopped ? "stopped" : "failed";
    }
  }

  /** When it has left the browser, as that says. */
  #sent(url, from) {
    const timing = performance.getEntriesByName(url).at(-1);
    const sent = (timing?.requestStart ?? 0) - this.#zero;
    return sent > from + SENDING_MS ? sent : from;
  }
}

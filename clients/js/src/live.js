// The live stream: hears which datasets changed, comes back when it breaks, asks now and then where there is none.

import { backoff, pause, ServiceError } from "./api.js";

/** @typedef {import("./api.js").Api} Api */

/** @typedef {{ datasetName: string, syncCount: number, deviceId?: string }} Change */

/**
 * @typedef {object} Listener
 * @property {(change: Change) => void} onChange
 * @property {(told: Set<string>, resumed: boolean) => void} onReady the datasets' standing has been told
 * @property {() => void} onPoll there is no live stream: look
 * @property {(state: "connecting" | "live" | "polling" | "stopped", error?: unknown) => void} onState
 */

const FIRST_PAUSE = 250;
const LONGEST_PAUSE = 30_000;
const SILENCE = 2.5;
const NONE = new Set(["UnknownOperationException", "MissingAuthenticationTokenException", "Http404", "Http405"]);

export class Live {
  #api;
  #listener;
  #way;
  #pollSeconds;
  #lastId = "";
  #stopping = new AbortController();
  #retry = new AbortController();

  /** @param {Api} api @param {"auto" | "events" | "websocket" | "poll"} way @param {number} pollSeconds @param {Listener} listener */
  constructor(api, way, pollSeconds, listener) {
    this.#api = api;
    this.#way = way === "auto" ? (api.isAws ? "poll" : "events") : way;
    this.#pollSeconds = pollSeconds;
    this.#listener = listener;
    globalThis.addEventListener?.("online", () => this.#retry.abort(), { signal: this.#stopping.signal });
  }

  stop() {
    this.#stopping.abort();
    this.#retry.abort();
    this.#listener.onState("stopped");
  }

  async run() {
    for (let attempt = 1; !this.#stopping.signal.aborted; attempt++) {
      if (this.#way === "poll") {
        this.#listener.onState("polling");
        this.#listener.onPoll();
        await this.#pause(this.#pollSeconds * 1000);
        continue;
      }
      let error;
      this.#listener.onState("connecting");
      try {
        await this.#listen(() => (attempt = 0));
      } catch (failed) {
        error = failed;
      }
      if (this.#stopping.signal.aborted) return;
      if (error instanceof ServiceError && NONE.has(error.name)) this.#way = "poll";
      else {
        if (error instanceof ServiceError) this.#api.forgetCredentials();
        this.#listener.onState("connecting", error);
        this.#retry = new AbortController();
        await backoff(attempt, FIRST_PAUSE, LONGEST_PAUSE, this.#retry.signal);
      }
    }
  }

  /** Listen until the stream ends. @param {() => void} succeeded */
  async #listen(succeeded) {
    const closing = new AbortController();
    this.#stopping.signal.addEventListener("abort", () => closing.abort(), { signal: closing.signal });
    const told = new Set();
    let timer = setTimeout(() => closing.abort(), LONGEST_PAUSE);
    let patience = LONGEST_PAUSE;
    try {
      for await (const { type, id, data } of this.#events(closing.signal)) {
        clearTimeout(timer);
        if (type === "change") {
          told.add(data.datasetName);
          this.#listener.onChange(data);
        } else if (type === "ready") {
          succeeded();
          patience = data.heartbeat * 1000 * SILENCE;
          this.#listener.onState("live");
          this.#listener.onReady(told, data.resumed);
        } else if (type === "end") {
          if (data.reason !== "ServerStopping") this.#api.forgetCredentials();
          return;
        }
        if (id) this.#lastId = id;
        timer = setTimeout(() => closing.abort(), patience);
      }
    } finally {
      clearTimeout(timer);
      closing.abort();
    }
  }

  /** @param {AbortSignal} signal */
  #events(signal) {
    return this.#way === "websocket" ? this.#socketEvents(signal) : this.#serverSentEvents(signal);
  }

  /** @param {AbortSignal} signal */
  async *#serverSentEvents(signal) {
    const answer = await this.#api.openEvents(this.#lastId, signal);
    const reader = /** @type {ReadableStream<Uint8Array>} */ (answer.body).getReader();
    const decoder = new TextDecoder();
    let text = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const blocks = (text + decoder.decode(value, { stream: true })).split("\n\n");
      text = blocks.pop() ?? "";
      for (const block of blocks) yield parsed(block);
    }
  }

  /** @param {AbortSignal} signal */
  async *#socketEvents(signal) {
    const socket = new WebSocket(await this.#api.socketUrl(this.#lastId));
    /** @type {any[]} */
    const heard = [];
    let open = true;
    let wake = () => {};
    const closed = () => {
      open = false;
      wake();
    };
    socket.onmessage = ({ data }) => {
      heard.push(JSON.parse(data));
      wake();
    };
    socket.onclose = closed;
    signal.addEventListener("abort", () => socket.close());
    while (open || heard.length) {
      if (!heard.length) await new Promise((resolve) => (wake = () => resolve(undefined)));
      const data = heard.shift();
      if (data) yield { type: data.type, id: data.id ?? "", data };
    }
  }

  /** @param {number} milliseconds */
  async #pause(milliseconds) {
    this.#retry = new AbortController();
    await pause(milliseconds, this.#retry.signal);
  }
}

/** @param {string} block @returns {{ type: string, id: string, data: any }} */
function parsed(block) {
  /** @type {Record<string, string>} */
  const fields = {};
  for (const line of block.split("\n")) {
    const [, name, value] = /^([^:]*):? ?(.*)$/.exec(line) ?? [];
    if (name) fields[name] = value ?? "";
  }
  return { type: fields.event ?? "heartbeat", id: fields.id ?? "", data: fields.data ? JSON.parse(fields.data) : {} };
}

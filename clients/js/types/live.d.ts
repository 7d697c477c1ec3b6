export class Live {
    /** @param {Api} api @param {"auto" | "events" | "websocket" | "poll"} way @param {number} pollSeconds @param {Listener} listener */
    constructor(api: Api, way: "auto" | "events" | "websocket" | "poll", pollSeconds: number, listener: Listener);
    stop(): void;
    run(): Promise<void>;
    #private;
}
export type Api = import("./api.js").Api;
export type Change = {
    datasetName: string;
    syncCount: number;
    deviceId?: string;
};
export type Listener = {
    onChange: (change: Change) => void;
    /**
     * the datasets' standing has been told
     */
    onReady: (told: Set<string>, resumed: boolean) => void;
    /**
     * there is no live stream: look
     */
    onPoll: () => void;
    onState: (state: "connecting" | "live" | "polling" | "stopped", error?: unknown) => void;
};

export { cognitoIdentity } from "./identity.js";
/**
 * Datasets of one identity.
 *
 * Events: `change` with `detail` `{ dataset, keys, remote }` after records changed, here or elsewhere; `state` with
 * `{ state, error }` of the live stream; `error` with `{ dataset, error }` when a synchronization that nobody awaits failed.
 */
export class SyncClient extends EventTarget {
    /** @param {ApiOptions & Decisions & ClientOptions} options */
    constructor(options: ApiOptions & Decisions & ClientOptions);
    /** Open a dataset; what it holds on this device is there at once. @param {string} name */
    dataset(name: string): Dataset;
    /** Return the names of the datasets on this device and on the server. */
    datasets(): Promise<string[]>;
    /** Synchronize every open dataset. */
    synchronize(): Promise<void>;
    /** From now on exchange changes of open datasets with the server as they happen; `stop` ends that. */
    start(): void;
    stop(): void;
    /** Ask for credentials again and show that identity's data: somebody signed in or out. */
    reauthenticate(): Promise<void>;
    #private;
}
export type ApiOptions = import("./api.js").ApiOptions;
export type Decisions = import("./dataset.js").Decisions;
export type Conflict = import("./dataset.js").Conflict;
export type Storage = import("./storage.js").Storage;
export type Credentials = import("./sign.js").Credentials;
export type CredentialsProvider = import("./api.js").CredentialsProvider;
export type IdentityOptions = import("./identity.js").IdentityOptions;
export type Notes = import("./identity.js").Notes;
export type ClientOptions = {
    /**
     * IndexedDB in browsers, memory elsewhere
     */
    storage?: import("./storage.js").Storage | undefined;
    /**
     * how to hear of changes; "auto": server-sent events, polling on AWS
     */
    live?: "auto" | "events" | "websocket" | "poll" | undefined;
    /**
     * how often to look where there is no live stream; 30
     */
    pollSeconds?: number | undefined;
};
import { Dataset } from "./dataset.js";
import { IndexedDbStorage } from "./storage.js";
import { MemoryStorage } from "./storage.js";
import { ServiceError } from "./api.js";
export { Dataset, IndexedDbStorage, MemoryStorage, ServiceError };
export { presigned, signedHeaders } from "./sign.js";

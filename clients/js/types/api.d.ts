/**
 * Wait a random time that grows with every attempt, so that clients that failed together do not return together.
 * @param {number} attempt from 1 @param {number} first milliseconds @param {number} longest @param {AbortSignal} [signal]
 * @returns {Promise<void>}
 */
export function backoff(attempt: number, first: number, longest: number, signal?: AbortSignal): Promise<void>;
/** Wait, or until the signal. @param {number} milliseconds @param {AbortSignal} [signal] @returns {Promise<void>} */
export function pause(milliseconds: number, signal?: AbortSignal): Promise<void>;
/** What the service answered instead: `name` is AWS's name of the error. */
export class ServiceError extends Error {
    /** @param {string} name @param {string} message @param {number} status */
    constructor(name: string, message: string, status: number);
    status: number;
}
export class Api {
    /** @param {ApiOptions} options */
    constructor(options: ApiOptions);
    /** Whether this is AWS's own service, which has no live streams. */
    get isAws(): boolean;
    /** Return credentials that hold for a while. */
    credentials(): Promise<import("./sign.js").Credentials>;
    /** Ask for other credentials next time. */
    forgetCredentials(): void;
    /** Return whose datasets these are. */
    identityId(): Promise<string>;
    /** Return the guest's identity that became part of this one, if any. */
    mergedFrom(): Promise<string | undefined>;
    /** @param {string} dataset @param {number} since @returns {Promise<Listing>} all pages as one */
    listRecords(dataset: string, since: number): Promise<Listing>;
    /** @param {string} dataset @param {Patch[]} patches @param {string} token @returns {Promise<ServerRecord[]>} */
    updateRecords(dataset: string, patches: Patch[], token: string): Promise<ServerRecord[]>;
    /** @param {string} dataset */
    deleteDataset(dataset: string): Promise<void>;
    /** @returns {Promise<string[]>} the names of all datasets that the server has */
    listDatasets(): Promise<string[]>;
    /** Open the live stream. @param {string} lastId @param {AbortSignal} signal */
    openEvents(lastId: string, signal: AbortSignal): Promise<Response>;
    /** Return the address of the live stream for a WebSocket. @param {string} lastId */
    socketUrl(lastId: string): Promise<URL>;
    #private;
}
export type Credentials = import("./sign.js").Credentials;
/**
 * Answers credentials. `lastIdentityId` is whose they were the last time, as far as that is still who asks: it opens what is
 * on this device when there is no network.
 */
export type CredentialsProvider = (() => Promise<Credentials>) & {
    lastIdentityId?: () => Promise<string | undefined>;
};
export type ServerRecord = {
    Key: string;
    Value?: string | undefined;
    SyncCount: number;
    LastModifiedDate?: number | undefined;
    LastModifiedBy?: string | undefined;
    DeviceLastModifiedDate?: number | undefined;
};
export type Listing = {
    Records: ServerRecord[];
    DatasetSyncCount: number;
    DatasetExists: boolean;
    DatasetDeletedAfterRequestedSyncCount: boolean;
    MergedDatasetNames?: string[] | undefined;
    SyncSessionToken: string;
    NextToken?: string | undefined;
};
export type Patch = {
    Op: "replace" | "remove";
    Key: string;
    Value?: string | undefined;
    SyncCount: number;
    DeviceLastModifiedDate: number;
};
export type ApiOptions = {
    region: string;
    identityPoolId: string;
    /**
     * whose datasets; without it the credentials' own
     */
    identityId?: string | undefined;
    /**
     * Ostiary's address; without it AWS's own
     */
    endpoint?: string | undefined;
    /**
     * asked again before they end, and when they were refused
     */
    credentials: CredentialsProvider;
    deviceId?: string | undefined;
    fetch?: typeof fetch | undefined;
    /**
     * milliseconds since the epoch
     */
    now?: (() => number) | undefined;
};

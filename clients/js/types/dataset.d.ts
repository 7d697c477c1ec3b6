export class Dataset {
    /**
     * @param {string} name @param {Api} api @param {Storage} storage @param {Decisions} decisions
     * @param {(dataset: string, keys: string[], remote: boolean) => void} told is called after every change
     */
    constructor(name: string, api: Api, storage: Storage, decisions: Decisions, told: (dataset: string, keys: string[], remote: boolean) => void);
    name: string;
    api: import("./api.js").Api;
    storage: import("./storage.js").Storage;
    decisions: Decisions;
    /** @param {string} key @returns {Promise<string | null>} */
    get(key: string): Promise<string | null>;
    /** @returns {Promise<Record<string, string>>} */
    getAll(): Promise<Record<string, string>>;
    /** @param {string} key @param {string} value */
    put(key: string, value: string): Promise<void>;
    /** @param {Record<string, string>} values */
    putAll(values: Record<string, string>): Promise<void>;
    /** @param {string} key */
    remove(key: string): Promise<void>;
    /** Delete the dataset, here now and for everybody with the next synchronization. */
    delete(): Promise<void>;
    /** Whether there is something that the server does not have. */
    isChanged(): Promise<boolean>;
    /** @returns {Promise<StoredDataset>} */
    stored(): Promise<StoredDataset>;
    /** Exchange changes with the server, one exchange after the other. @returns {Promise<void>} */
    synchronize(): Promise<void>;
    /** Wait for synchronizations that are under way, however they end. */
    settled(): Promise<void>;
    #private;
}
export type Api = import("./api.js").Api;
export type ServerRecord = import("./api.js").ServerRecord;
export type Listing = import("./api.js").Listing;
export type Storage = import("./storage.js").Storage;
export type StoredRecord = import("./storage.js").StoredRecord;
export type StoredDataset = import("./storage.js").StoredDataset;
/**
 * One side of a conflict; `value` is null when the record was removed there.
 */
export type Side = {
    value: string | null;
    modifiedAt: number;
};
/**
 * A record that was changed here and elsewhere.
 */
export type Conflict = {
    dataset: string;
    key: string;
    local: Side;
    remote: Side & {
        modifiedBy: string;
    };
};
/**
 * What the app decides; without an answer of its own, the last writer wins.
 */
export type Decisions = {
    /**
     * return the value to keep, null for none
     */
    onConflict?: ((conflict: Conflict) => string | null | Promise<string | null>) | undefined;
    /**
     * the dataset was deleted elsewhere:
     * forget all of it, or keep what is here and send it anew; without it, what the server has not had yet is kept
     */
    onDeleted?: ((dataset: string) => "purge" | "keep" | Promise<"purge" | "keep">) | undefined;
    /**
     * datasets came by a merge of
     * identities, the server's or a guest's on this device; return whether to take their records over (and delete them),
     * which is done without it
     */
    onMerged?: ((dataset: string, merged: string[]) => boolean | Promise<boolean>) | undefined;
};

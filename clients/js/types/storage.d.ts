/**
 * @typedef {object} StoredRecord
 * @property {string | null} value null when it was removed
 * @property {number} syncCount the server's count of it; 0 when the server has not had it
 * @property {number} modifiedAt milliseconds, by the clock of the device that changed it
 * @property {boolean} changed whether the server does not have this value yet
 * @property {string | null} [sent] what was sent and not acknowledged
 */
/**
 * @typedef {object} StoredDataset
 * @property {number} syncCount how far the server's changes are in; -1 when it was deleted here
 * @property {Record<string, StoredRecord>} records
 */
/**
 * What a storage does. `change` is synchronous and is called inside one step that no other tab comes between.
 * @typedef {object} Storage
 * @property {(key: string) => Promise<StoredDataset | undefined>} read
 * @property {(key: string, change: (stored: StoredDataset | undefined) => StoredDataset | undefined) => Promise<void>} update
 * @property {(prefix: string) => Promise<string[]>} keys
 */
/** Keeps datasets as long as the process lives. @implements {Storage} */
export class MemoryStorage implements Storage {
    /** @param {string} key */
    read(key: string): Promise<StoredDataset | undefined>;
    /** @param {string} key @param {(stored: StoredDataset | undefined) => StoredDataset | undefined} change */
    update(key: string, change: (stored: StoredDataset | undefined) => StoredDataset | undefined): Promise<void>;
    /** @param {string} prefix */
    keys(prefix: string): Promise<string[]>;
    #private;
}
/** Keeps datasets in the browser, for all its tabs. @implements {Storage} */
export class IndexedDbStorage implements Storage {
    /** @param {string} name of the database */
    constructor(name?: string);
    /** @param {string} key @returns {Promise<StoredDataset | undefined>} */
    read(key: string): Promise<StoredDataset | undefined>;
    /** @param {string} key @param {(stored: StoredDataset | undefined) => StoredDataset | undefined} change */
    update(key: string, change: (stored: StoredDataset | undefined) => StoredDataset | undefined): Promise<void>;
    /** @param {string} prefix */
    keys(prefix: string): Promise<string[]>;
    #private;
}
export type StoredRecord = {
    /**
     * null when it was removed
     */
    value: string | null;
    /**
     * the server's count of it; 0 when the server has not had it
     */
    syncCount: number;
    /**
     * milliseconds, by the clock of the device that changed it
     */
    modifiedAt: number;
    /**
     * whether the server does not have this value yet
     */
    changed: boolean;
    /**
     * what was sent and not acknowledged
     */
    sent?: string | null | undefined;
};
export type StoredDataset = {
    /**
     * how far the server's changes are in; -1 when it was deleted here
     */
    syncCount: number;
    records: Record<string, StoredRecord>;
};
/**
 * What a storage does. `change` is synchronous and is called inside one step that no other tab comes between.
 */
export type Storage = {
    read: (key: string) => Promise<StoredDataset | undefined>;
    update: (key: string, change: (stored: StoredDataset | undefined) => StoredDataset | undefined) => Promise<void>;
    keys: (prefix: string) => Promise<string[]>;
};

import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import type { Entry } from './entry';

/** Where entries and what was last shown outlive the page. */
export interface Shelf {
  entries(): Promise<Entry[]>;
  put(entry: Entry): Promise<void>;
  remove(key: string): Promise<void>;
  kept(name: string): Promise<unknown>;
  keep(name: string, value: unknown): Promise<void>;
}

interface Stored extends DBSchema {
  entries: { key: string; value: Entry };
  kept: { key: string; value: unknown };
}

/** IndexedDB; where the browser gives none, memory, which at least bridges a dead spot. */
export async function openShelf(name = 'vigie'): Promise<{ shelf: Shelf; lasting: boolean }> {
  try {
    const database = await openDB<Stored>(name, 1, {
      upgrade(fresh) {
        fresh.createObjectStore('entries', { keyPath: 'key' });
        fresh.createObjectStore('kept');
      },
    });
    return { shelf: onDisk(database), lasting: true };
  } catch {
    return { shelf: inMemory(), lasting: false }; // private windows, full disks: `lasting` says so to the officer
  }
}

function onDisk(database: IDBPDatabase<Stored>): Shelf {
  return {
    entries: () => database.getAll('entries'),
    put: async (entry) => void (await database.put('entries', entry)),
    remove: (key) => database.delete('entries', key),
    kept: (name) => database.get('kept', name),
    keep: async (name, value) => void (await database.put('kept', value, name)),
  };
}

export function inMemory(): Shelf {
  const entries = new Map<string, Entry>();
  const kept = new Map<string, unknown>();
  return {
    entries: () => Promise.resolve([...entries.values()]),
    put: (entry) => Promise.resolve(void entries.set(entry.key, entry)),
    remove: (key) => Promise.resolve(void entries.delete(key)),
    kept: (name) => Promise.resolve(kept.get(name)),
    keep: (name, value) => Promise.resolve(void kept.set(name, value)),
  };
}

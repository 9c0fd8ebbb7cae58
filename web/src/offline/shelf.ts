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
    const disk = new Disk(name);
    await disk.use();
    return { shelf: onDisk(disk), lasting: true };
  } catch {
    return { shelf: inMemory(), lasting: false }; // private windows, full disks: `lasting` says so to the officer
  }
}

/** The connection; one that was closed because everything is forgotten is opened anew, empty, when it is needed. */
class Disk {
  private opened: Promise<IDBPDatabase<Stored>> | null = null;

  constructor(private readonly name: string) {}

  use(): Promise<IDBPDatabase<Stored>> {
    this.opened ??= openDB<Stored>(this.name, 1, {
      upgrade(fresh) {
        fresh.createObjectStore('entries', { keyPath: 'key' });
        fresh.createObjectStore('kept');
      },
      // Another part of the page deletes it (`api/forgetting`): it must not wait for this connection.
      blocking: (_current, _wanted, event) => {
        this.opened = null;
        (event.target as unknown as IDBDatabase).close();
      },
      terminated: () => (this.opened = null),
    });
    return this.opened;
  }
}

function onDisk(disk: Disk): Shelf {
  return {
    entries: async () => (await disk.use()).getAll('entries'),
    put: async (entry) => void (await (await disk.use()).put('entries', entry)),
    remove: async (key) => (await disk.use()).delete('entries', key),
    kept: async (name) => (await disk.use()).get('kept', name),
    keep: async (name, value) => void (await (await disk.use()).put('kept', value, name)),
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

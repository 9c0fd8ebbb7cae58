import type { Shelf } from '../offline/shelf';

/** Something the officer must have read: a tap that came too late or was refused, a mission that others ended. */
export interface Notice {
  key: string;
  kind: 'late' | 'refused' | 'ended';
  /** The act, or the state that the mission ended in. */
  what: string;
  /** Of a tap: the device's time. */
  at?: string;
  why?: string;
  /** Of a mission: its nature in both languages, and its place. */
  fr?: string;
  en?: string;
  where?: string;
}

/** Kept until they were read, also beyond a restart of the page. */
export class Notices {
  all = $state.raw<readonly Notice[]>([]);

  constructor(
    private readonly shelf: Shelf,
    private readonly unit: string,
  ) {}

  async open(): Promise<void> {
    this.all = ((await this.shelf.kept(this.name)) as Notice[] | undefined) ?? [];
  }

  add(notice: Notice): Promise<void> {
    if (this.all.some((known) => known.key === notice.key)) return Promise.resolve();
    return this.put([...this.all, notice]);
  }

  read(notice: Notice): Promise<void> {
    return this.put(this.all.filter((known) => known.key !== notice.key));
  }

  private put(all: readonly Notice[]): Promise<void> {
    this.all = all;
    return this.shelf.keep(this.name, [...all]);
  }

  private get name(): string {
    return `notices:${this.unit}`;
  }
}

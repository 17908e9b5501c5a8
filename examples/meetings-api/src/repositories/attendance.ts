import type { Pool } from 'pg';
import { Table } from './table.ts';
import type { User } from './types.ts';

interface AttendeeRow {
  meeting_id: number;
  user_id: number;
  response: string;
}

/** One attendee of a meeting, as an object that knows how to load its user. */
export class Attendance {
  readonly userId: number;
  readonly response: string;
  readonly #users: Table<User>;

  constructor(row: AttendeeRow, users: Table<User>) {
    this.userId = row.user_id;
    this.response = row.response;
    this.#users = users;
  }

  user(): Promise<User | undefined> {
    return this.#users.findOne('id', this.userId);
  }
}

export class AttendanceRepository {
  readonly #attendees: Table<AttendeeRow>;
  readonly #users: Table<User>;

  constructor(pool: Pool) {
    this.#attendees = new Table(pool, 'attendees', ['meeting_id', 'user_id', 'response']);
    this.#users = new Table(pool, 'users', ['id', 'team_id', 'name', 'email']);
  }

  /** In the order of user ids. */
  async ofMeeting(meetingId: number): Promise<Attendance[]> {
    const rows = await this.#attendees.findAll('meeting_id', [meetingId]);
    rows.sort((a, b) => a.user_id - b.user_id);
    return rows.map((row) => new Attendance(row, this.#users));
  }

  async usersOf(attendances: Attendance[]): Promise<Map<number, User>> {
    const users = await this.#users.findAll(
      'id',
      attendances.map((attendance) => attendance.userId),
    );
    return new Map(users.map((user) => [user.id, user]));
  }
}

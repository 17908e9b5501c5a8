/** The tables. Notes have an index on their words; the problem search does not use it. */
export const tables = `
  CREATE TABLE users (
    id integer PRIMARY KEY,
    team_id integer NOT NULL,
    name text NOT NULL,
    email text NOT NULL UNIQUE,
    password_hash text NOT NULL
  );
  CREATE TABLE rooms (
    id integer PRIMARY KEY,
    building_id integer NOT NULL,
    name text NOT NULL,
    capacity integer NOT NULL
  );
  CREATE TABLE meetings (
    id integer PRIMARY KEY,
    team_id integer NOT NULL,
    room_id integer NOT NULL REFERENCES rooms,
    organizer_id integer NOT NULL REFERENCES users,
    title text NOT NULL,
    starts_at timestamptz NOT NULL
  );
  CREATE TABLE attendees (
    meeting_id integer NOT NULL REFERENCES meetings,
    user_id integer NOT NULL REFERENCES users,
    response text NOT NULL,
    PRIMARY KEY (meeting_id, user_id)
  );
  CREATE TABLE notes (
    id integer PRIMARY KEY,
    meeting_id integer NOT NULL,
    author_id integer NOT NULL,
    body text NOT NULL,
    created_at timestamptz NOT NULL
  );
  CREATE TABLE usage (
    user_id integer NOT NULL REFERENCES users,
    day date NOT NULL,
    minutes integer NOT NULL,
    PRIMARY KEY (user_id, day)
  );
  CREATE TABLE views (
    meeting_id integer PRIMARY KEY,
    count integer NOT NULL
  );
`;

/** Made after the rows are in, which is several times faster. */
export const indexes = `
  CREATE INDEX ON meetings (team_id, starts_at);
  CREATE INDEX ON meetings (room_id, starts_at);
  CREATE INDEX ON attendees (user_id);
  CREATE INDEX ON notes (meeting_id);
  CREATE INDEX ON notes USING gin (to_tsvector('simple', body));
`;

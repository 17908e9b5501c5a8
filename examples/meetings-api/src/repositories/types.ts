export interface User {
  id: number;
  team_id: number;
  name: string;
  email: string;
}

export interface Room {
  id: number;
  building_id: number;
  name: string;
  capacity: number;
}

export interface Meeting {
  id: number;
  team_id: number;
  room_id: number;
  organizer_id: number;
  title: string;
  starts_at: Date;
}

export interface Note {
  id: number;
  meeting_id: number;
  author_id: number;
  body: string;
  created_at: Date;
}

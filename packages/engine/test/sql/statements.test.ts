import { expect, test } from '@jest/globals';
import { databaseSystem, statementOf, statementText } from '../../src/database.ts';
import { dialectOf } from '../../src/sql/scanner.ts';
import { Statements } from '../../src/sql/statements.ts';

const limits = { maxStatements: 100, maxStatementBytes: 100_000, maxShapes: 50 };

test('a text seen before gives the same object', () => {
  const statements = new Statements(limits);
  const first = statements.get('SELECT * FROM t WHERE a = 1', 'postgresql');
  expect(statements.get('SELECT * FROM t WHERE a = 1', 'postgresql')).toBe(first);
});

test('equal shapes are the same object, whatever the text', () => {
  const statements = new Statements(limits);
  const one = statements.get('SELECT * FROM t WHERE a = 1', 'postgresql');
  const other = statements.get('select * from t where a = 2', 'postgresql');
  expect(other.shape).toBe(one.shape);
  expect(other.exportText).toBe('select * from t where a = ?');
});

test('a text is read by the rules of its database', () => {
  const statements = new Statements(limits);
  const sql = 'SELECT * FROM t WHERE a = "b"';
  expect(statements.get(sql, 'mysql').exportText).toBe('SELECT * FROM t WHERE a = ?');
  expect(statements.get(sql, 'postgresql').exportText).toBe(sql);
  expect(statements.get(sql, 'mysql').shape.dialect).toBe('mysql');
});

test('a text in use is remembered while ten thousand others pass', () => {
  const statements = new Statements(limits);
  const used = statements.get('SELECT a FROM used', 'postgresql');
  for (let n = 0; n < 10_000; n++) {
    statements.get(`SELECT a FROM t WHERE b = ${n}`, 'postgresql');
    if (n % 20 === 0) {
      expect(statements.get('SELECT a FROM used', 'postgresql')).toBe(used);
    }
  }
});

test('a text larger than the memory is read and not remembered, and drives nothing out', () => {
  const statements = new Statements(limits);
  const small = statements.get('SELECT a FROM t', 'postgresql');
  const large = `SELECT '${'x'.repeat(200_000)}'`;
  for (let n = 0; n < 5; n++) {
    expect(statements.get(large, 'postgresql').exportText).toBe('SELECT ?');
  }
  expect(statements.get('SELECT a FROM t', 'postgresql')).toBe(small);
});

test('more shapes than the limit start it afresh, and the answers stay right', () => {
  const statements = new Statements(limits);
  for (let n = 0; n < 1000; n++) {
    const { shape } = statements.get(`SELECT a FROM t${n % 75}`, 'postgresql');
    expect(shape.tables).toEqual([`t${n % 75}`]);
  }
});

test('reads the older names of attributes, and the newer ones first', () => {
  expect(databaseSystem({ 'db.system': 'mysql' })).toBe('mysql');
  expect(databaseSystem({ 'db.system': 'mysql', 'db.system.name': 'mariadb' })).toBe('mariadb');
  expect(statementText({ 'db.statement': 'SELECT 1' })).toBe('SELECT 1');
  expect(databaseSystem({ 'db.system': 7 })).toBeUndefined();
});

test('a span without text, or of a store without SQL, has no statement', () => {
  const statements = new Statements(limits);
  expect(statementOf({ 'db.system.name': 'postgresql' }, statements)).toBeUndefined();
  const redis = { 'db.system.name': 'redis', 'db.query.text': 'get user:1' };
  expect(statementOf(redis, statements)).toBeUndefined();
  const unknown = { 'db.query.text': 'SELECT a FROM t' };
  expect(statementOf(unknown, statements)?.shape.dialect).toBe('other');
});

test('knows the dialect behind the names of systems', () => {
  const systems = ['postgresql', 'cockroachdb', 'mariadb', 'microsoft.sql_server'];
  expect(systems.map(dialectOf)).toEqual(['postgresql', 'postgresql', 'mysql', 'mssql']);
  expect(['oracle.db', 'clickhouse', 'heard_of_never'].map(dialectOf)).toEqual([
    'standard',
    'standard',
    'other',
  ]);
});

import { expect, test } from 'vitest';
import { createSalts } from '../../src/salts.ts';

// Rule I3: PROTOCOL.md.

test('[I3] every record has a salt of its own, of 128 random bits', () => {
  const next = createSalts();
  const other = createSalts();
  const salts = Array.from({ length: 3_000 }, (_, nth) => (nth % 3 === 0 ? other() : next()));
  expect(new Set(salts).size).toBe(salts.length);
  expect(salts.every((salt) => /^[\w-]{22}$/.test(salt))).toBe(true);
  const ones = salts
    .flatMap((salt) => [...Buffer.from(salt, 'base64url')])
    .reduce((sum, byte) => sum + byte.toString(2).replaceAll('0', '').length, 0);
  expect(ones / (salts.length * 128)).toBeCloseTo(0.5, 1);
});

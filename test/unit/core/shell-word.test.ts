import { execFileSync } from 'node:child_process';
import { shellWord } from '../../../src/core/shell-word';

test('what is plain stays as it is', () => {
  expect(['a', 'a-b_c.d/e:f@1', '請求書', 'a=b'].map(shellWord)).toEqual(['a', 'a-b_c.d/e:f@1', "'請求書'", 'a=b']);
});

test.each([
  ['a b', "'a b'"],
  ['', "''"],
  ['$(touch /tmp/x); `ls` | & > *', "'$(touch /tmp/x); `ls` | & > *'"],
  ["it's", "'it'\\''s'"],
  ['list[0]/ok', "'list[0]/ok'"],
  ['=ls', "'=ls'"],
  ['👩‍👩‍👧', "'👩‍👩‍👧'"],
  ["a\u202eb'\\\n\u{e0041}", "$'a\\u202eb\\'\\\\\\u000a\\U000e0041'"],
])('a shell reads %j back from its quoted form, which holds nothing unseen', (word, quoted) => {
  expect(shellWord(word)).toBe(quoted);
  const env = { ...process.env, LC_ALL: 'C.UTF-8' };
  expect(execFileSync('bash', ['-c', `printf %s ${shellWord(word)}`], { env, encoding: 'utf8' })).toBe(word);
});

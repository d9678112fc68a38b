import { cleanJson, cleanLine, cleanText } from '../../../src/cli/render/clean-text';

describe('cleanText', () => {
  it.each([
    ['colours', 'a\u001b[31mred\u001b[0mb', 'aredb'],
    ['a title', 'a\u001b]0;owned\u0007b', 'ab'],
    ['a link', 'a\u001b]8;;http://evil.example\u001b\\text\u001b]8;;\u001b\\b', 'atextb'],
    ['a title that never ends', 'a\u001b]0;owned', 'a'],
    ['C1 sequences', 'a\u009b2Jb\u009d0;x\u009cc', 'abc'],
    ['a lone escape', 'a\u001bcb', 'ab'],
    ['bell, backspace, delete', 'a\u0007\u0008\u007fb', 'ab'],
    ['turned text', 'a\u202egpj.exe\u2066b\u2069', 'agpj.exeb'],
    ['hidden marks', 'pay\u200bpal\ufeff', 'paypal'],
    ['half a character', 'a\ud800b', 'a\ufffdb'],
  ])('removes %s', (_, given, clean) => {
    expect(cleanText(given)).toBe(clean);
  });

  it('keeps letters of every script, emoji and line breaks', () => {
    expect(cleanText('Zähler 請求書\r\nмир 🎉\rend')).toBe('Zähler 請求書\nмир 🎉\nend');
  });

  it('is quick on a long text of nothing but beginnings of sequences', () => {
    const startedAt = Date.now();
    cleanText('\u001b]'.repeat(200_000));
    cleanText('\u001b['.repeat(200_000));
    expect(Date.now() - startedAt).toBeLessThan(2_000);
  });
});

describe('cleanLine', () => {
  it('makes one line of several', () => {
    expect(cleanLine('  a\n\n b\tc ')).toBe('a b c');
  });
});

describe('cleanJson', () => {
  it('writes what could steer a terminal as escapes, and means the same value', () => {
    const value = { text: 'a\u001b[31m\u009b2J\u202eb\u2028' };
    const json = cleanJson(value);
    expect(json).not.toMatch(/[\u001b\u007f-\u009f\u2028-\u202e]/);
    expect(JSON.parse(json)).toEqual(value);
  });
});

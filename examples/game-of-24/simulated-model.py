#!/usr/bin/env python3
"""Deterministic simulated model for Game of 24 behind an OpenAI-compatible chat API (stdlib only, loopback only).

  python3 simulated-model.py --port 8824 [--seed 7] [--noise 0.25] [--k 10] [--quirks] [--io-rate 0.073] [--cot-rate 0.04]

POST /v1/chat/completions   model, messages, n, stop, seed, temperature(ignored), max_tokens(ignored)
GET  /v1/models ; GET /__log (all requests so far, in order) ; POST /__reset (clears log + sample counters)

Answers depend only on (server seed, model name, prompt text, sample index). The sample index of choice i is
  body.seed + i           when the request carries an integer `seed`
  counter[prompt] + i     otherwise (one counter per prompt, so one n=3 call and three n=1 calls give the same 3 samples)
except `propose`, which ignores the index (so re-proposing from the same numbers gives the same list).
It recognises the prompts of princeton-nlp/tree-of-thought-llm (game24: propose, value, value_last_step, cot, standard;
text: cot, vote, score). Verdicts come from an exact rational solver, then are corrupted with probability --noise.
`--model-map strong=0.05,weak=0.45` gives per-model noise (for cascade / router / ensemble tests).
"""
import argparse, hashlib, itertools, json, re, threading
from fractions import Fraction as F
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

A = None
LOCK = threading.Lock()
COUNTER, LOG = {}, []

def h(*parts):  # uniform [0,1) from the parts
    d = hashlib.sha256('\x1f'.join(map(str, (A.seed,) + parts)).encode()).digest()
    return int.from_bytes(d[:6], 'big') / 2**48

def num(t):
    try: return F(t)
    except Exception: return None

def nums(s):
    out = [num(t) for t in s.split()]
    return None if (not out or any(x is None for x in out)) else tuple(out)

def show(x): return str(x.numerator) if x.denominator == 1 else f'{x.numerator}/{x.denominator}'

@lru_cache(maxsize=None)
def reach(ns):  # ns: sorted tuple of Fractions
    if len(ns) == 1: return ns[0] == 24
    for i, j in itertools.combinations(range(len(ns)), 2):
        rest = [ns[k] for k in range(len(ns)) if k not in (i, j)]
        a, b = ns[i], ns[j]
        for c in {a + b, a - b, b - a, a * b} | ({a / b} if b else set()) | ({b / a} if a else set()):
            if reach(tuple(sorted(rest + [c]))): return True
    return False

def moves(ns):
    out = []
    for i, j in itertools.combinations(range(len(ns)), 2):
        rest = [ns[k] for k in range(len(ns)) if k not in (i, j)]
        a, b = max(ns[i], ns[j]), min(ns[i], ns[j])
        cand = [('+', a, b, a + b), ('*', a, b, a * b), ('-', a, b, a - b)]
        if b: cand.append(('/', a, b, a / b))
        if a and a != b: cand.append(('/', b, a, b / a))
        for op, p, q, r in cand:
            left = ' '.join(show(x) for x in sorted(rest + [r]))
            line = f'{show(p)} {op} {show(q)} = {show(r)} (left: {left})'
            if line not in out: out.append(line)
    return out

def propose(model, txt):
    ns = nums(txt)
    if ns is None or len(ns) < 2:
        return 'No further step is possible.'
    ms = sorted(moves(ns), key=lambda l: h('prop', model, txt, l))
    def leads(l): return reach(tuple(sorted(nums(l.split('left: ')[1][:-1]))))
    good = [l for l in ms if leads(l)]; bad = [l for l in ms if not leads(l)]
    # keep integer moves in front of fractions, at most k lines, the first good one always present
    key = lambda l: ('/' in l.split('left: ')[1], ms.index(l))
    keep = sorted(good[:2] + sorted(bad, key=key)[:max(0, A.k - 2)], key=lambda l: ms.index(l))
    if A.quirks:
        u = h('quirk', model, txt)
        if u < .15: keep.append('')                       # trailing newline -> empty thought
        elif u < .30: keep.append(keep[0])                # duplicate thought
    return '\n'.join(keep)

def noise(model): return A.models.get(model, A.noise)

def value(model, txt, i):
    ns = nums(txt)
    if ns is None: truth = 'impossible'
    elif reach(tuple(sorted(ns))): truth = 'sure'
    else: truth = 'likely' if all(0 < x <= 30 for x in ns) and len(ns) > 1 else 'impossible'
    v = truth
    if h('noise', model, txt, i) < noise(model):
        v = ['sure', 'likely', 'impossible'][int(3 * h('pick', model, txt, i))]
    if A.quirks:
        u = h('vq', model, txt, i)
        if u < .04: v = v.capitalize()
        elif u < .07: v = v + '.'
        elif u < .09: v = v + '\n'
    return f'{txt}\nchecking {txt}\n{v}'

def evalx(s):
    if not re.fullmatch(r'[\d+\-*/(). ]+', s or ''): return None
    s2 = re.sub(r'\d+', lambda m: f'F({m.group()})', s)
    try: return eval(s2, {'F': F, '__builtins__': {}})
    except Exception: return None

def value_last(model, x, ans, i):
    e = ans.split('=')[0].strip()
    ok = evalx(e) == 24 and sorted(re.findall(r'\d+', e)) == sorted(re.findall(r'\d+', x))
    v = 'sure' if ok else 'impossible'
    if h('noise-last', model, x, ans, i) < noise(model) / 2: v = 'impossible' if ok else 'sure'
    return v

def express(x, steps):  # turn step lines into one expression over the input numbers
    pool = [(F(t), t) for t in x.split()]
    for l in steps:
        m = re.match(r'\s*(\S+) ([+\-*/]) (\S+) = (\S+) \(left', l)
        if not m: return None
        got = []
        for t in (m.group(1), m.group(3)):
            k = next((k for k, (v, _) in enumerate(pool) if v == num(t)), None)
            if k is None: return None
            got.append(pool.pop(k))
        a, b = got; op = m.group(2)
        v = {'+': a[0] + b[0], '-': a[0] - b[0], '*': a[0] * b[0]}.get(op, a[0] / b[0] if op == '/' and b[0] else None)
        if v is None: return None
        pool.append((v, f'({a[1]} {op} {b[1]})'))
    return pool[0] if len(pool) == 1 else None

def solve_steps(x):
    def rec(ns):
        if len(ns) == 1: return [] if ns[0] == 24 else None
        for l in moves(ns):
            r = rec(tuple(sorted(nums(l.split('left: ')[1][:-1]))))
            if r is not None: return [l] + r
        return None
    return rec(nums(x))

def cot(model, x, tail, i):
    if tail.startswith('Steps:'): tail = tail[6:]          # the reference glues "Steps:" to the first thought, no newline
    steps = [l for l in tail.split('\n') if 'left: ' in l]
    if steps:                                             # ToT last step: finish the trajectory
        e = express(x, steps)
        return f'Answer: {e[1][1:-1]} = 24' if e and e[0] == 24 else 'Answer: None'
    s = solve_steps(x)
    if s and h('cot', model, x, i) < A.cot_rate:
        return 'Steps:\n' + '\n'.join(s) + f'\nAnswer: {express(x, s)[1][1:-1]} = 24'
    a = x.split(); return f'Steps:\n{a[0]} + {a[1]} = {int(a[0]) + int(a[1])} (left: ...)\nAnswer: {a[0]} + {a[1]} = 24'  # always wrong

def standard(model, x, i):
    s = solve_steps(x)
    if s and h('io', model, x, i) < A.io_rate: return f'Answer: {express(x, s)[1][1:-1]} = 24'
    a = x.split(); return f'Answer: {a[0]} * {a[1]} = 24'  # always wrong

def answer(model, p, i):
    if p.startswith('Evaluate if given numbers can reach 24'):
        return 'value', value(model, p.rstrip('\n').split('\n')[-1], i)
    if 'give a judgement (sure/impossible)' in p:
        x = p.split('Input: ')[-1].split('\n')[0]; ans = p.split('Answer: ')[-1].rsplit('\nJudge:', 1)[0]
        return 'value_last', value_last(model, x, ans, i)
    if 'Possible next steps:' in p:
        return 'propose', propose(model, p.split('Input: ')[-1].split('\n')[0])
    if 'you are only allowed to choose two' in p:
        t = p.split('Input: ')[-1]; x, _, tail = t.partition('\n')
        return 'cot', cot(model, x, tail, i)
    if p.startswith('Use numbers and basic arithmetic operations'):
        return 'standard', standard(model, p.split('Input: ')[-1].split('\n')[0], i)
    if p.startswith('Given an instruction and several choices'):
        n = len(re.findall(r'^Choice \d+:$', p, re.M)) or 1
        return 'vote', f'Analysis...\nThe best choice is {1 + int(n * h("vote", model, p, i) ** 2)}'
    if p.startswith('Analyze the following passage'):
        return 'score', f'Analysis...\nThus the coherency score is {1 + int(10 * h("score", model, p, i))}'
    if 'Write a coherent passage of 4 short paragraphs' in p:
        return 'text', f'Plan:\nplan {int(1e6 * h("plan", model, p, i))}\n\nPassage:\npassage {int(1e6 * h("pass", model, p, i))}'
    return 'other', f'echo {int(1e6 * h("other", model, p, i))}'

def tok(s): return -(-len(s.encode()) // 4)

def complete(body):
    msgs = body.get('messages') or []
    p = '\n'.join(m['content'] if isinstance(m['content'], str) else ''.join(c.get('text', '') for c in m['content']) for m in msgs)
    model, n, stop = body.get('model', 'sim'), int(body.get('n') or 1), body.get('stop')
    stops = [] if not stop else ([stop] if isinstance(stop, str) else stop)
    with LOCK:
        base = body['seed'] if isinstance(body.get('seed'), int) else COUNTER.get((model, p), 0)
        if not isinstance(body.get('seed'), int): COUNTER[(model, p)] = base + n
    outs, kind = [], None
    for i in range(n):
        kind, o = answer(model, p, base + i)
        for s in stops:
            if s in o: o = o.split(s)[0]
        outs.append(o)
    usage = {'prompt_tokens': tok(p), 'completion_tokens': sum(map(tok, outs))}
    usage['total_tokens'] = sum(usage.values())
    with LOCK:
        LOG.append({'i': len(LOG), 'kind': kind, 'model': model, 'n': n, 'first_sample': base, 'stop': stop,
                    'prompt_sha256': hashlib.sha256(p.encode()).hexdigest(), 'prompt_tail': p[-60:], 'outputs': outs, 'usage': usage})
        rid = len(LOG)
    return {'id': f'chatcmpl-sim-{rid}', 'object': 'chat.completion', 'created': 0, 'model': model, 'usage': usage,
            'choices': [{'index': i, 'finish_reason': 'stop', 'message': {'role': 'assistant', 'content': o}} for i, o in enumerate(outs)]}

class H(BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'; wbufsize = -1; disable_nagle_algorithm = True  # else 40 ms per request (delayed ACK)
    def log_message(self, *a): pass
    def send(self, o, code=200):
        b = json.dumps(o).encode(); self.send_response(code); self.send_header('Content-Type', 'application/json')
        self.send_header('Content-Length', str(len(b))); self.end_headers(); self.wfile.write(b); self.wfile.flush()
    def do_GET(self):
        if self.path == '/__log':
            with LOCK: return self.send(list(LOG))
        if self.path.endswith('/models'): return self.send({'object': 'list', 'data': [{'id': m, 'object': 'model'} for m in ['gpt-4', 'gpt-3.5-turbo', *A.models]]})
        self.send({'ok': True})
    def do_POST(self):
        raw = self.rfile.read(int(self.headers.get('Content-Length') or 0))
        if self.path == '/__reset':
            with LOCK: COUNTER.clear(); LOG.clear()
            return self.send({'ok': True})
        if not self.path.endswith('/chat/completions'): return self.send({'error': {'message': 'not found', 'type': 'invalid_request_error'}}, 404)
        try: self.send(complete(json.loads(raw)))
        except Exception as e:
            import traceback; traceback.print_exc()
            self.send({'error': {'message': repr(e), 'type': 'server_error'}}, 500)

def args(argv=None):
    p = argparse.ArgumentParser()
    p.add_argument('--port', type=int, default=8824); p.add_argument('--seed', type=int, default=7)
    p.add_argument('--noise', type=float, default=.25); p.add_argument('--k', type=int, default=10)
    p.add_argument('--quirks', action='store_true'); p.add_argument('--io-rate', type=float, default=.073); p.add_argument('--cot-rate', type=float, default=.04)
    p.add_argument('--model-map', default='')
    a = p.parse_args(argv); a.models = {k: float(v) for k, v in (kv.split('=') for kv in a.model_map.split(',') if kv)}
    return a

if __name__ == '__main__':
    A = args()
    s = ThreadingHTTPServer(('127.0.0.1', A.port), H); s.daemon_threads = True
    print(f'listening on http://127.0.0.1:{A.port}/v1', flush=True); s.serve_forever()

"""Drives kcat, the command line of librdkafka 2.0.2: its features are switched on by the exact versions that a broker offers."""
import json
import subprocess
import time

from checks import ADDRESS, check, run, unique, until


def kcat(*args, given=b'', seconds=40):
    done = subprocess.run(['kcat', '-b', ADDRESS, *args], input=given, capture_output=True, timeout=seconds)
    assert done.returncode == 0, done.stderr[-2_000:]
    return done.stdout


def lines(count):
    return b''.join(b'line %d of a text that repeats itself\n' % number for number in range(count))


for each in ['none', 'gzip', 'snappy', 'lz4', 'zstd']:
    @check(f'codec {each}')
    def codec(name=each):
        topic = unique(f'kcat-{name}')
        kcat('-P', '-t', topic, '-z', name, given=lines(500))
        assert kcat('-C', '-t', topic, '-e', '-q', '-o', 'beginning') == lines(500)


@check('codecs are really used: the older library compresses only if the broker offers Produce 0')
def compressed():
    sent = {}
    for name in ['none', 'lz4']:
        out = subprocess.run(['kcat', '-b', ADDRESS, '-P', '-t', unique('kcat-size'), '-z', name, '-X', 'debug=msg', '-X', 'linger.ms=200'], input=lines(2_000), capture_output=True, timeout=40)
        assert out.returncode == 0, out.stderr[-2_000:]
        sent[name] = sum(int(word.split(b' bytes')[0].split(b' ')[-1].strip(b'(')) for word in out.stderr.splitlines() if b'Produce MessageSet with' in word and b' bytes' in word)
    assert 0 < sent['lz4'] < sent['none'] / 3, sent


@check('headers, keys, null values, timestamps')
def records():
    topic, now = unique('kcat-records'), int(time.time() * 1000)
    kcat('-P', '-t', topic, '-K:', '-Z', '-H', 'a=1', '-H', 'b=2', given=b'key:value\nempty:\n')
    found = [json.loads(line) for line in kcat('-C', '-t', topic, '-e', '-q', '-J', '-o', 'beginning').splitlines()]
    assert [(each['key'], each['payload'], each['headers']) for each in found] == [('key', 'value', ['a', '1', 'b', '2']), ('empty', None, ['a', '1', 'b', '2'])], found
    assert all(abs(each['ts'] - now) < 60_000 for each in found)


@check('offsets for times')
def times():
    topic = unique('kcat-times')
    kcat('-P', '-t', topic, given=b'one\n')
    time.sleep(0.05)
    between = int(time.time() * 1000)
    time.sleep(0.05)
    kcat('-P', '-t', topic, given=b'two\n')
    assert kcat('-C', '-t', topic, '-e', '-q', '-o', f's@{between}') == b'two\n'
    assert kcat('-Q', '-t', f'{topic}:0:{between}').split()[-1] == b'1'


@check('a large record')
def large():
    topic, value = unique('kcat-large'), b'x' * 900_000
    kcat('-P', '-t', topic, given=value)
    assert kcat('-C', '-t', topic, '-e', '-q', '-o', 'beginning').strip() == value


@check('idempotent producer')
def idempotent():
    topic = unique('kcat-idempotent')
    kcat('-P', '-t', topic, '-X', 'enable.idempotence=true', given=lines(100))
    assert kcat('-C', '-t', topic, '-e', '-q', '-o', 'beginning') == lines(100)


@check('groups of two, eager and cooperative; committed offsets')
def groups():
    for strategy in ['range,roundrobin', 'cooperative-sticky']:
        topic = unique('kcat-group')
        for partition in ['0']:
            kcat('-P', '-t', topic, '-p', partition, given=lines(50))
        command = ['kcat', '-b', ADDRESS, '-G', topic, '-q', '-u', '-X', 'auto.offset.reset=earliest', '-X', f'partition.assignment.strategy={strategy}', topic]
        members = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) for _ in range(2)]
        time.sleep(3)
        kcat('-P', '-t', topic, '-p', '0', given=lines(50))
        time.sleep(3)
        found = 0
        for member in members:
            member.terminate()
            found += len(member.communicate(timeout=20)[0].splitlines())
        assert found == 100, (strategy, found)


@check('metadata of the cluster')
def metadata():
    topic = unique('kcat-metadata')
    kcat('-P', '-t', topic, given=b'x\n')
    found = json.loads(kcat('-L', '-J'))
    assert len(found['brokers']) == 1 and topic in [each['topic'] for each in found['topics']]


@check('an offset that is out of range, a topic that is not there')
def errors():
    topic = unique('kcat-none')
    done = subprocess.run(['kcat', '-b', ADDRESS, '-C', '-t', topic, '-e', '-X', 'allow.auto.create.topics=false'], capture_output=True, timeout=40)
    assert done.returncode != 0 and b'nknown topic' in done.stderr, done


run()

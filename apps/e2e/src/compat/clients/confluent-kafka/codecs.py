from checks import check, run
from common import create, read_all, send_all

for each in ['none', 'gzip', 'snappy', 'lz4', 'zstd']:
    @check(f'{each}, idempotent')
    def round_trip(codec=each):
        topic, sent = create(codec), [b'value %d ' % number * 50 for number in range(200)]
        send_all(topic, sent, **{'compression.type': codec, 'enable.idempotence': True})
        assert [message.value() for message in read_all(topic)] == sent


@check('acks 0, 1 and all')
def acks():
    for level in [0, 1, 'all']:
        topic = create('acks')
        send_all(topic, [b'%d' % number for number in range(20)], acks=level)
        assert len(read_all(topic)) == 20, level


run()

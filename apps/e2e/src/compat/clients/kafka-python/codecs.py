from checks import check, run
from common import create, read_all, send_all


def round_trip(codec):
    topic, sent = create(codec or 'none'), [b'value %d ' % number * 50 for number in range(200)]
    send_all(topic, sent, compression_type=codec)
    assert [record.value for record in read_all(topic, len(sent), check_crcs=True)] == sent


for each in [None, 'gzip', 'snappy', 'lz4', 'zstd']:
    check(each or 'none')(lambda codec=each: round_trip(codec))


for each in ['gzip', 'snappy', 'lz4', 'zstd', 'uncompressed']:
    @check(f'compression.type={each} of the topic')
    def of_topic(codec=each):
        topic, sent = create(f'topic-{codec}', configs={'compression.type': codec}), [b'value %d ' % number * 50 for number in range(50)]
        send_all(topic, sent, compression_type='gzip')
        assert [record.value for record in read_all(topic, len(sent))] == sent


@check('acks 0, 1 and all, not idempotent')
def acks():
    for level in [0, 1, 'all']:
        topic = create('acks')
        send_all(topic, [b'%d' % number for number in range(20)], acks=level, enable_idempotence=False)
        assert len(read_all(topic, 20)) == 20, level


run()

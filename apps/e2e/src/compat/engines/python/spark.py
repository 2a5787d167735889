"""Spark Structured Streaming reads a topic and writes another, in two runs over one checkpoint. Usage: spark.py host:port folder-of-jars folder"""
import os
import sys

from pyspark.sql import SparkSession

from checks import ADDRESS, check, run, unique

JARS, FOLDER = sys.argv[2], sys.argv[3]
RECORDS = 2_000


@check('readStream and writeStream, availableNow twice over one checkpoint: nothing lost, nothing twice')
def stream():
    jars = ','.join(os.path.join(JARS, name) for name in os.listdir(JARS) if name.startswith(('kafka-clients', 'spark-sql-kafka', 'spark-token', 'commons-pool2')))
    spark = SparkSession.builder.master('local[2]').config('spark.jars', jars).config('spark.sql.shuffle.partitions', 2).config('spark.ui.enabled', False).getOrCreate()
    spark.sparkContext.setLogLevel('ERROR')
    source, target = unique('spark-in'), unique('spark-out')
    options = {'kafka.bootstrap.servers': ADDRESS}
    for half in range(2):
        numbers = spark.range(half * RECORDS // 2, (half + 1) * RECORDS // 2)
        numbers.selectExpr('cast(id as string) as key', 'cast(id as string) as value').write.format('kafka').options(**options).option('topic', source).save()
        read = spark.readStream.format('kafka').options(**options).option('subscribe', source).option('startingOffsets', 'earliest').option('maxOffsetsPerTrigger', 300).load()
        query = (read.selectExpr('key', 'cast(cast(cast(value as string) as long) * 2 as string) as value').writeStream.format('kafka').options(**options)
                 .option('topic', target).option('checkpointLocation', os.path.join(FOLDER, source)).trigger(availableNow=True).start())
        query.awaitTermination(120)
        assert query.exception() is None, query.exception()
    found = spark.read.format('kafka').options(**options).option('subscribe', target).load().selectExpr('cast(cast(value as string) as long) as value').collect()
    assert sorted(row.value for row in found) == [2 * number for number in range(RECORDS)], len(found)
    spark.stop()


run()

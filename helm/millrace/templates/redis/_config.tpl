{{/* What Millrace demands of a Redis: acknowledged means on disk, and nothing is ever evicted. */}}
{{- define "millrace.redisConf" -}}
dir /data
appendonly yes
appendfsync always
no-appendfsync-on-rewrite no
aof-use-rdb-preamble yes
save ""
maxmemory-policy noeviction
bind * -::*
protected-mode yes
requirepass {{ . }}
{{- end -}}

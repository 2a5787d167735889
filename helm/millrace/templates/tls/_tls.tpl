{{/* TLS between everybody: names of Secrets, names in certificates, what pods are given. */}}

{{/* Of listeners, and of services as clients of each other: ca.crt, tls.crt, tls.key. */}}
{{- define "millrace.tlsSecret" -}}
{{- if eq .Values.tls.from "secret" }}{{ .Values.tls.secrets.services }}{{ else }}{{ include "millrace.fullname" . }}-tls{{ end -}}
{{- end -}}
{{/* Of the command line and of other clients. */}}
{{- define "millrace.tlsClientSecret" -}}
{{- if eq .Values.tls.from "secret" }}{{ .Values.tls.secrets.clients | default .Values.tls.secrets.services }}{{ else }}{{ include "millrace.fullname" . }}-client-tls{{ end -}}
{{- end -}}

{{/* Coordinators and workers of jobs are reached by the addresses of their pods, which no certificate knows: they show this name, which callers of the service need anyway. */}}
{{- define "millrace.tlsPeerName" -}}
{{ include "millrace.fullname" . }}-coordinator.{{ .Release.Namespace }}.svc.{{ .Values.clusterDomain }}
{{- end -}}

{{/* Every name under which a service is reached, as a JSON list: {"names": […], "addresses": […]}. */}}
{{- define "millrace.tlsNames" -}}
{{- $name := include "millrace.fullname" . -}}
{{- $names := list -}}
{{- range $service := list (printf "%s-coordinator" $name) (printf "%s-bootstrap" $name) (printf "%s-broker" $name) (printf "*.%s-broker" $name) -}}
{{- $full := printf "%s.%s.svc.%s" $service $.Release.Namespace $.Values.clusterDomain -}}
{{- $names = concat $names (list $full (printf "%s.%s.svc" $service $.Release.Namespace) (printf "%s.%s" $service $.Release.Namespace)) -}}
{{- if not (hasPrefix "*" $service) -}}{{- $names = append $names $service -}}{{- end -}}
{{- end -}}
{{- $addresses := list -}}
{{- $outside := list -}}
{{- $external := .Values.broker.external -}}
{{- if and $external.enabled $external.hostTemplate -}}
{{- range $id := until (int .Values.broker.replicas) -}}{{- $outside = append $outside ($external.hostTemplate | replace "{id}" (toString $id)) -}}{{- end -}}
{{- end -}}
{{- range $one := concat $outside .Values.tls.names -}}
{{- if regexMatch "^([0-9]+\\.){3}[0-9]+$|:" $one -}}{{- $addresses = append $addresses $one -}}{{- else -}}{{- $names = append $names $one -}}{{- end -}}
{{- end -}}
{{- dict "names" (uniq $names) "addresses" (uniq $addresses) | toJson -}}
{{- end -}}

{{/* Parts of a pod; call with the top and, for clients, "millrace.tlsClientSecret". */}}
{{- define "millrace.tlsVolume" -}}
{{- $secret := index . 1 -}}
- name: tls
  secret: {secretName: {{ $secret }}, defaultMode: 0440}
{{- end -}}
{{- define "millrace.tlsMount" -}}
- {name: tls, mountPath: /etc/millrace-tls, readOnly: true}
{{- end -}}
{{- define "millrace.tlsClientEnv" -}}
- {name: MILLRACE_TLS_CA_FILE, value: /etc/millrace-tls/ca.crt}
- {name: MILLRACE_TLS_CERT_FILE, value: /etc/millrace-tls/tls.crt}
- {name: MILLRACE_TLS_KEY_FILE, value: /etc/millrace-tls/tls.key}
- {name: MILLRACE_TLS_PEER_NAME, value: {{ include "millrace.tlsPeerName" . }}}
{{- end -}}

{{/* The command line over TLS, as `kubectl run --overrides` takes it. */}}
{{- define "millrace.tlsOverrides" -}}
{{- $env := concat (include "millrace.tlsClientEnv" . | fromYamlArray) (list (dict "name" "MILLRACE_ADDRESS" "value" (printf "%s:9190" (include "millrace.bootstrap" .)))) -}}
{{- $container := dict "name" "millrace-cli" "image" (include "millrace.image" (list . "cli" (dict))) "args" (list "topic" "list") "env" $env -}}
{{- $_ := set $container "volumeMounts" (include "millrace.tlsMount" . | fromYamlArray) -}}
{{- $_ := set $container "securityContext" (include "millrace.containerSecurity" . | fromYaml) -}}
{{- $volumes := list (dict "name" "tls" "secret" (dict "secretName" (include "millrace.tlsClientSecret" .) "defaultMode" 288)) -}}
{{- dict "spec" (dict "securityContext" (include "millrace.podSecurity" . | fromYaml) "containers" (list $container) "volumes" $volumes) | toJson -}}
{{- end -}}

{{/* Mistakes about TLS. */}}
{{- define "millrace.checkTls" -}}
{{- $tls := .Values.tls -}}
{{- $named := or $tls.secrets.services $tls.secrets.clients -}}
{{- if and $named (or (not $tls.enabled) (ne $tls.from "secret")) -}}
{{- fail "tls.secrets names Secrets that would not be used: set tls.enabled=true and tls.from=secret" -}}
{{- end -}}
{{- if and $tls.certManager.issuer.name (or (not $tls.enabled) (ne $tls.from "cert-manager")) -}}
{{- fail "tls.certManager.issuer names an issuer that would not be used: set tls.enabled=true and tls.from=cert-manager" -}}
{{- end -}}
{{- if $tls.enabled -}}
{{- if eq $tls.from "secret" -}}
{{- if not $tls.secrets.services -}}
{{- fail (printf "tls.secrets.services: name the Secret with ca.crt, tls.crt and tls.key of the services (its certificate must have the name %s), or take another tls.from" (include "millrace.tlsPeerName" .)) -}}
{{- end -}}
{{- if and (eq $tls.clientAuth "required") (not $tls.secrets.clients) -}}
{{- fail "tls.secrets.clients: clients must show a certificate (tls.clientAuth=required), so helm test and the jobs' hook need a Secret with one" -}}
{{- end -}}
{{- range $secret := list (include "millrace.tlsSecret" .) (include "millrace.tlsClientSecret" .) -}}
{{- $data := (lookup "v1" "Secret" $.Release.Namespace $secret).data -}}
{{- if $data -}}
{{- range $key := list "ca.crt" "tls.crt" "tls.key" -}}
{{- if not (hasKey $data $key) -}}
{{- fail (printf "tls.secrets: the Secret %s has no %s: it must hold the authority (ca.crt), the certificate (tls.crt) and its key (tls.key)" $secret $key) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if eq $tls.from "cert-manager" -}}
{{- if not (.Capabilities.APIVersions.Has "cert-manager.io/v1") -}}
{{- fail "tls.from=cert-manager: this cluster has no cert-manager.io/v1. Install cert-manager first, or take tls.from=secret. (helm template: --api-versions cert-manager.io/v1)" -}}
{{- end -}}
{{- if not $tls.certManager.issuer.name -}}
{{- fail "tls.certManager.issuer.name: name the Issuer or ClusterIssuer that signs; it must give its authority as ca.crt (CA, Vault, self-signed), which ACME ones do not" -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- include "millrace.checkTlsUnchanged" . -}}
{{- end -}}

{{/* Pods with and without TLS do not hear each other, so a roll from one to the other would stand still at the first broker. */}}
{{- define "millrace.checkTlsUnchanged" -}}
{{- $running := lookup "apps/v1" "StatefulSet" .Release.Namespace (printf "%s-broker" (include "millrace.fullname" .)) -}}
{{- if $running -}}
{{- $was := dig "spec" "template" "metadata" "annotations" "millrace.dev/tls" "off" $running -}}
{{- $is := include "millrace.tlsMode" . -}}
{{- if ne $was $is -}}
{{- fail (printf "tls: the release runs with TLS %s and would have it %s, but pods of the two do not hear each other, so the roll would stand still. Claims stay when a release goes: helm uninstall %s, then helm install with the new values." $was $is .Release.Name) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- define "millrace.tlsMode" -}}
{{ ternary "on" "off" .Values.tls.enabled }}
{{- end -}}

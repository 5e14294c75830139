# Makes cronjob.schema.json, what a Kubernetes API server accepts, from the OpenAPI documents of Kubernetes:
#
#	dir=$(go mod download -json k8s.io/client-go@v0.37.2 | jq -r .Dir)/openapi/openapitest/testdata
#	jq --slurp --from-file schema.jq $dir/apis__batch__v1_openapi.json $dir/api__v1_openapi.json > cronjob.schema.json
#
# It has their schemas of kinds in cronjob.yaml, without descriptions. It is strict, where an API server drops a
# field that it does not know: a misspelt one must not go unnoticed.

def refs: [.. | objects | ."$ref"? // empty | ltrimstr("#/components/schemas/")];

def closure($all): . as $names | ($names + [$names[] | $all[.] | refs[]] | unique) as $more
  | if ($more | length) == ($names | length) then $names else $more | closure($all) end;

def strict: walk(if type != "object" then . else
    del(.description | strings) | del(.default) | with_entries(select(.key | startswith("x-kubernetes-") | not))
    | if has("$ref") then ."$ref" |= sub("#/components/schemas/"; "#/$defs/") else . end
    | if (.allOf | type) == "array" and (.allOf | length) == 1 then .allOf[0] else . end
    | if (.properties | type) == "object" then .additionalProperties = false else . end
  end);

(map(.components.schemas) | add) as $all
| ["io.k8s.api.batch.v1.CronJob", "io.k8s.api.core.v1.ConfigMap", "io.k8s.api.core.v1.PersistentVolumeClaim"] as $kinds
| {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$comment": "Made by schema.jq from the OpenAPI documents in k8s.io/client-go v0.37.2, Apache License 2.0.",
    oneOf: ($kinds | map({"$ref": "#/$defs/\(.)"})),
    "$defs": ($kinds | closure($all) | map({(.): $all[.]}) | add | strict
      | to_entries | map(.key as $name | if $kinds | index($name) then
          .value |= (.required = ["apiVersion", "kind", "metadata"] | .properties.kind.const = ($name | split(".") | last)
            | .properties.apiVersion.const = if $name | contains("batch") then "batch/v1" else "v1" end)
        else . end) | from_entries)
  }
